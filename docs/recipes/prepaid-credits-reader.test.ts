/** The test that the recipe shows. */
import { CreateTableCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { applyAll, createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { expect, test } from "vitest";
import { createPayments } from "./prepaid-credits.ts";

test("an order is paid once, with one audit entry, when the reply is lost and its event comes twice", async () => {
  const db = createSimulatedDynamoDB();
  await ensureCounterTable(db.client(), "counters");
  await db.client().send(
    new CreateTableCommand({
      TableName: "audit",
      KeySchema: [{ AttributeName: "orderId", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "orderId", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    }),
  );
  const store = createDynamoDBCounterStore({
    client: db.client(),
    tableName: "counters",
    capabilities: [applyAll],
    now: () => db.clock.now(), // virtual time: no test waits
    sleep: (ms, options) => db.clock.sleep(ms, options),
  });
  const { topUp, pay } = createPayments(store, "audit");

  await topUp("alice", 100, "payment-1");
  db.network.injectNext("reset-after", "TransactWriteItems"); // written, and the reply is lost
  const names = { customer: "alice", seller: "bookshop" };
  const order = { ...names, orderId: "order-81", orderedAt: db.clock.now(), credits: 30 };
  expect(await pay(order)).toEqual({ paid: true, left: 70 });
  expect(await pay(order)).toEqual({ paid: true, left: 70 });
  expect(await store.get("credits#bookshop")).toBe(30);
  const { Count } = await db.client().send(new ScanCommand({ TableName: "audit" }));
  expect(Count).toBe(1);
});
