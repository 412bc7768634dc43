import { counterStoreContract } from "@durable-counter/testing";
import { startDynamoDB } from "@durable-counter/testing/dynamodb";
import { afterAll, describe, expect, test } from "vitest";
import { createDynamoDBCounterStore, ensureCounterTable } from "./index.ts";

// DynamoDB Local where Java is there; dynalite, which sends no item along with a refusal, always.
const best = await startDynamoDB();
const engines = best.engine === "dynalite" ? [best] : [best, await startDynamoDB({ engine: "dynalite" })];
afterAll(() => Promise.all(engines.map((engine) => engine.stop())));

let tables = 0;

describe.each(engines)("the store on $engine", ({ client }) => {
  counterStoreContract({ describe, test, expect }, async (options = {}) => {
    const tableName = `counters-${++tables}`;
    await ensureCounterTable(client, tableName);
    return createDynamoDBCounterStore({ client, tableName, ...options });
  });
});
