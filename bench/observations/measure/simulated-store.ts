import type { CounterStore } from "@durable-counter/core";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { createSimulatedDynamoDB, type SimulatedDynamoDBOptions } from "@durable-counter/testing/dynamodb";
import { simulatedWorld } from "./simulated-world.ts";

const tableName = "counters";

/** A store on a simulated DynamoDB of its own. */
export async function createStore(options: SimulatedDynamoDBOptions): Promise<CounterStore> {
  const dynamodb = createSimulatedDynamoDB(options);
  const client = dynamodb.client();
  await ensureCounterTable(client, tableName);
  return createDynamoDBCounterStore({ client, tableName, ...simulatedWorld(dynamodb) });
}
