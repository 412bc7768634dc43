import { readFileSync } from "node:fs";
import { CreateTableCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { applyAll, createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { createPayments, type Payment } from "./prepaid-credits.ts";

const explanation = readFileSync(new URL("prepaid-credits.md", import.meta.url), "utf8");
const shown = /```json\n([^`]*)```/u.exec(explanation)?.[1] ?? "";
const event = JSON.parse(shown) as Payment; // the document says so

async function setUp() {
  const db = createSimulatedDynamoDB({ startAt: event.orderedAt, latencyMs: { min: 0, max: 0 } });
  const client = db.client({ maxAttempts: 2 });
  await ensureCounterTable(client, "counters");
  await client.send(
    new CreateTableCommand({
      TableName: "audit",
      KeySchema: [{ AttributeName: "orderId", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "orderId", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    }),
  );
  const store = createDynamoDBCounterStore({
    client,
    capabilities: [applyAll],
    tableName: "counters",
    now: () => db.clock.now(),
    sleep: (ms, options) => db.clock.sleep(ms, options),
  });
  const credits = async () => [await store.get("credits#alice"), await store.get("credits#bookshop")];
  const audit = async () => (await client.send(new ScanCommand({ TableName: "audit" }))).Items ?? [];
  return { ...db, ...createPayments(store, "audit"), credits, audit };
}

describe("prepaid credits", () => {
  test("go from the customer to the seller, with an audit entry", async () => {
    const { topUp, pay, credits, audit } = await setUp();
    await topUp("alice", 100, "payment-1");
    expect(await pay(event)).toEqual({ paid: true, left: 70 });
    expect(await credits()).toEqual([70, 30]);
    expect(await audit()).toMatchObject([{ orderId: { S: "order-81" }, credits: { N: "30" } }]);
  });

  test("are paid once, though the event comes twice and a reply is lost", async () => {
    const { topUp, pay, credits, audit, network } = await setUp();
    await topUp("alice", 100, "payment-1");
    network.injectNext("reset-after", "TransactWriteItems");
    expect([await pay(event), await pay(event)]).toEqual([
      { paid: true, left: 70 },
      { paid: true, left: 70 },
    ]);
    expect({ credits: await credits(), audits: (await audit()).length }).toEqual({
      credits: [70, 30],
      audits: 1,
    });
  });

  test("are not paid, and leave no audit entry, if they do not suffice", async () => {
    const { topUp, pay, credits, audit } = await setUp();
    await topUp("alice", 20, "payment-1");
    expect(await pay(event)).toEqual({ paid: false, left: 20 });
    expect({ credits: await credits(), audit: await audit() }).toEqual({ credits: [20, 0], audit: [] });
  });

  test("are refused for an order that comes after its key is forgotten", async () => {
    const { topUp, pay, credits } = await setUp();
    await topUp("alice", 100, "payment-1");
    await expect(pay({ ...event, orderedAt: event.orderedAt - 3_600_000 })).rejects.toThrow(
      "[idempotency-key-expired]",
    );
    expect(await credits()).toEqual([100, 0]);
  });
});
