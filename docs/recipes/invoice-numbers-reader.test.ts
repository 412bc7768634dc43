/** The test that the recipe shows. */
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { expect, test } from "vitest";
import { createInvoiceNumbers } from "./invoice-numbers.ts";

test("an order keeps its number when the first reply is lost, and the next order gets the next", async () => {
  const db = createSimulatedDynamoDB();
  await ensureCounterTable(db.client(), "counters");
  const store = createDynamoDBCounterStore({
    client: db.client(),
    tableName: "counters",
    idempotency: { strategy: "separate-item" },
    now: () => db.clock.now(), // virtual time: no test waits
    sleep: (ms, options) => db.clock.sleep(ms, options),
  });
  const { numberOf } = createInvoiceNumbers(store, 2026);

  db.network.injectNext("reset-after", "TransactWriteItems"); // written, and the reply is lost
  const order = { orderId: "order-81", orderedAt: db.clock.now() };
  expect(await numberOf(order)).toBe("2026-000001");
  expect(await numberOf(order)).toBe("2026-000001");
  expect(await numberOf({ ...order, orderId: "order-82" })).toBe("2026-000002");
});
