import { DeleteTableCommand } from "@aws-sdk/client-dynamodb";
import { ensureCounterTable } from "@durable-counter/dynamodb";
import { startDynamoDB, startLossyProxy, type LossyProxy } from "@durable-counter/testing/dynamodb";

const tableName = "counters";

/** A real DynamoDB engine behind a network that can lose replies, and an environment that leads the handlers to it. */
export interface Stage {
  readonly engine: string;
  readonly network: LossyProxy;
  /** Empties the table. */
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const { engine, endpoint, client, stop } = await startDynamoDB({ engine: "dynalite" });
  const network = await startLossyProxy(endpoint);
  // What a deployed Lambda finds in its environment. The handlers read it when they are imported.
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
