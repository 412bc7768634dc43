import { ensureCounterTable } from "@durable-counter/dynamodb";
import { localClient } from "@durable-counter/testing/dynamodb";
import { COUNTER_TABLE } from "../subjects/counter-store.ts";
import { createItemTable } from "../subjects/item-table.ts";

/** Creates the tables that the ways to count write to. */
export async function prepareTables(endpoint: string): Promise<void> {
  const client = localClient(endpoint);
  await createItemTable(client);
  await ensureCounterTable(client, COUNTER_TABLE);
  client.destroy();
}
