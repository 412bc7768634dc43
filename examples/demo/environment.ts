import { DeleteTableCommand } from "@aws-sdk/client-dynamodb";
import { ensureCounterTable } from "@durable-counter/dynamodb";
import { startDynamoDB, startLossyProxy, type LossyProxy } from "@durable-counter/testing/dynamodb";

const tableName = "counters";

/** A DynamoDB engine behind a network that can lose replies, and environment variables that direct the handlers to it. */
export interface Environment {
  readonly engine: string;
  readonly network: LossyProxy;
  /** Empties the table. */
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openEnvironment(): Promise<Environment> {
  const { engine, endpoint, client, stop } = await startDynamoDB({ engine: "dynalite" });
  const network = await startLossyProxy(endpoint);
  // The variables of a deployed Lambda. The handlers read them when they are imported.
  Object.assign(process.env, {
    TABLE_NAME: tableName,
    AWS_ENDPOINT_URL_DYNAMODB: network.endpoint,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  });
  await ensureCounterTable(client, tableName);
  return {
    engine,
    network,
    clear: async () => {
      await client.send(new DeleteTableCommand({ TableName: tableName }));
      await ensureCounterTable(client, tableName);
    },
    close: async () => {
      await network.stop();
      await stop();
    },
  };
}
