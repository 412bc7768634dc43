import { startDynamoDB, type RunningDynamoDB } from "@durable-counter/testing/dynamodb";
import { afterAll } from "vitest";
import { borrowDynamoDB } from "../../../scripts/test/borrow-dynamodb.ts";

/**
 * The engines there are, without tables, for the tests of one file: DynamoDB Local where Java is installed; dynalite,
 * which has no transactions and returns no item with a failed condition, always.
 */
export async function startEngines(): Promise<readonly RunningDynamoDB[]> {
  const best = await borrowDynamoDB();
  const engines = best.engine === "dynalite" ? [best] : [best, await startDynamoDB({ engine: "dynalite" })];
  afterAll(() => Promise.all(engines.map((engine) => engine.stop())));
  return engines;
}

export const hasTransactions = ({ engine }: RunningDynamoDB) => engine === "dynamodb-local";

export { keepLostWrites } from "./client-middleware.fixture.ts";
export { partsOf } from "./table-items.fixture.ts";
