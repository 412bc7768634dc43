/** The test that the recipe shows. */
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { expect, test } from "vitest";
import { createMeter } from "./metering.ts";

test("a usage counts once when its reply is lost and SQS delivers its message again", async () => {
  const db = createSimulatedDynamoDB();
  await ensureCounterTable(db.client(), "counters");
  const store = createDynamoDBCounterStore({
    client: db.client(),
    tableName: "counters",
    idempotency: { strategy: "separate-item" },
    now: () => db.clock.now(), // virtual time: no test waits
    sleep: (ms, options) => db.clock.sleep(ms, options),
  });
  const meter = createMeter(store);

  db.network.injectNext("reset-after", "TransactWriteItems"); // written, and the reply is lost
  const usage = { usageId: "u-1", customerId: "alice", units: 3, usedAt: db.clock.now() };
  const body = JSON.stringify(usage);
  expect(await meter({ Records: [{ messageId: "m-1", body }] })).toEqual({ batchItemFailures: [] });
  expect(await meter({ Records: [{ messageId: "redriven", body }] })).toEqual({ batchItemFailures: [] });
  expect(await store.get("usage#alice")).toBe(3);
});
