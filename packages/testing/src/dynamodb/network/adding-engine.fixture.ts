import { startDynamoDB, type RunningDynamoDB } from "../start-dynamodb.ts";
import { createCounterTable } from "./adding.fixture.ts";

/** A dynalite with a table of counters. */
export async function startEngine(): Promise<RunningDynamoDB> {
  const db = await startDynamoDB({ engine: "dynalite" });
  await createCounterTable(db.client);
  return db;
}
