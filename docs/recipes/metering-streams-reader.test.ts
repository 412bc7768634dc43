/** The test that the recipe shows. */
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { expect, test } from "vitest";
import { createStreamMeter, type TableRecord } from "./metering-streams.ts";

test("a usage counts once when its reply is lost and Lambda reads the batch again", async () => {
  const db = createSimulatedDynamoDB();
  await ensureCounterTable(db.client(), "counters");
  const store = createDynamoDBCounterStore({
    client: db.client(),
    tableName: "counters",
    idempotency: { strategy: "separate-item" },
    now: () => db.clock.now(), // virtual time: no test waits
    sleep: (ms, options) => db.clock.sleep(ms, options),
  });
  const meter = createStreamMeter(store);

  db.network.injectNext("reset-after", "TransactWriteItems"); // written, and the reply is lost
  const record: TableRecord = {
    eventID: "e-1",
    eventName: "INSERT",
    dynamodb: {
      ApproximateCreationDateTime: db.clock.now() / 1_000,
      SequenceNumber: "1",
      NewImage: { customerId: { S: "alice" }, units: { N: "3" } },
    },
  };
  const batch = { Records: [record, { ...record, eventID: "e-2" }] };
  expect(await meter(batch)).toEqual({ batchItemFailures: [] });
  expect(await meter(batch)).toEqual({ batchItemFailures: [] });
  expect(await store.get("usage#alice")).toBe(6);
});
