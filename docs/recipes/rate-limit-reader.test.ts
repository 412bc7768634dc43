/** The test that the recipe shows. */
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { expect, test } from "vitest";
import { createRateLimit } from "./rate-limit.ts";

test("a key has so many requests per minute, also if two functions answer them", async () => {
  const db = createSimulatedDynamoDB({ startAt: Date.parse("2026-01-01T12:00:30Z") });
  await ensureCounterTable(db.client(), "counters");
  const createFunction = () => {
    const store = createDynamoDBCounterStore({
      client: db.client(),
      tableName: "counters",
      now: () => db.clock.now(), // virtual time: no test waits
      sleep: (ms, options) => db.clock.sleep(ms, options),
    });
    return createRateLimit(store, 3, () => db.clock.now());
  };
  const [first, second] = [createFunction(), createFunction()];

  expect([await first("key-7"), await second("key-7"), await first("key-7")]).toEqual([0, 0, 0]);
  expect(await second("key-7")).toBe(30); // seconds until the next minute
  await db.clock.sleep(30_000);
  expect(await second("key-7")).toBe(0);
});
