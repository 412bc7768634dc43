import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { StoreWithHolds } from "@durable-counter/core";
import { createDynamoDBCounterStore, ensureCounterTable, holds } from "@durable-counter/dynamodb";
import { startDynamoDB, startFaultyNetwork, type FaultyNetwork } from "@durable-counter/testing/dynamodb";
import type { SoakOptions } from "./options.ts";

/** What the handlers of a soak run on. */
export interface SoakEnvironment {
  readonly engine: string;
  readonly network: FaultyNetwork;
  /** Reaches the engine without the network. */
  readonly store: StoreWithHolds;
  /** Files of the emulator. */
  readonly dataFile: string;
  readonly envFile: string;
  /** @param keepsData whether the data file stays, so that one can look at what happened */
  close(keepsData: boolean): Promise<void>;
}

const tableName = "counters";

/** Starts an engine behind a faulty network, with an empty table. */
export async function openSoakEnvironment({ engine, seed }: SoakOptions): Promise<SoakEnvironment> {
  const running = await startDynamoDB({ engine });
  const network = await startFaultyNetwork(running.endpoint, { seed });
  // As handlers in the emulator: DynamoDB Local has other tables for another Region or key.
  const client = new DynamoDBClient({
    endpoint: running.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  await ensureCounterTable(client, tableName);
  const folder = mkdtempSync(join(tmpdir(), "durable-counter-soak-"));
  const envFile = join(folder, "handlers.env");
  writeFileSync(envFile, `TABLE_NAME=${tableName}\nAWS_ENDPOINT_URL_DYNAMODB=${network.endpoint}\n`);
  return {
    engine: running.engine,
    network,
    store: createDynamoDBCounterStore({ client, tableName, capabilities: [holds] }),
    dataFile: join(folder, "executions.sqlite"),
    envFile,
    close: async (keepsData) => {
      client.destroy();
      await network.stop();
      await running.stop();
      if (!keepsData) rmSync(folder, { recursive: true, force: true });
    },
  };
}
