import { counterStoreContract } from "@durable-counter/testing";
import type { RunningDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { hasTransactions, startEngines } from "./engines.fixture.ts";
import { createDynamoDBCounterStore, ensureCounterTable, type DynamoDBCounterStoreOptions } from "./index.ts";

const engines = await startEngines();

let tables = 0;

function contract(
  { client }: RunningDynamoDB,
  dedupe: NonNullable<DynamoDBCounterStoreOptions["dedupe"]>,
): void {
  counterStoreContract({ describe, test, expect }, async (options = {}) => {
    const tableName = `counters-${++tables}`;
    await ensureCounterTable(client, tableName);
    return createDynamoDBCounterStore({ client, tableName, dedupe, ...options });
  });
}

describe.each(engines)("the store on $engine", (engine) => {
  describe("with tokens in the counter's item", () => {
    contract(engine, { strategy: "inline" });
  });
  if (!hasTransactions(engine)) return;
  describe("with a marker for each token", () => {
    contract(engine, { strategy: "marker" });
  });
  describe("with tokens wherever is cheaper", () => {
    contract(engine, { strategy: "auto" });
  });
});
