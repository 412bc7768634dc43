import { readFileSync } from "node:fs";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { createInvoiceNumbers, RETENTION_SECONDS, type InvoiceRequest } from "./invoice-numbers.ts";

const explanation = readFileSync(new URL("invoice-numbers.md", import.meta.url), "utf8");
const shown = /```json\n([^`]*)```/u.exec(explanation)?.[1] ?? "";
const event = JSON.parse(shown) as InvoiceRequest; // the document says so

async function setUp() {
  const db = createSimulatedDynamoDB({ startAt: event.orderedAt, latencyMs: { min: 0, max: 0 } });
  const client = db.client({ maxAttempts: 2 });
  await ensureCounterTable(client, "counters");
  const store = createDynamoDBCounterStore({
    client,
    tableName: "counters",
    idempotency: { retentionSeconds: RETENTION_SECONDS, strategy: "separate-item" },
    now: () => db.clock.now(),
    sleep: (ms, options) => db.clock.sleep(ms, options),
  });
  return { ...db, ...createInvoiceNumbers(store, 2026) };
}

describe("invoice numbers", () => {
  test("have no gaps, though replies are lost and events come twice", async () => {
    const { numberOf, network } = await setUp();
    const numbers: string[] = [];
    for (let order = 0; order < 12; order++) {
      if (order % 3 === 0) network.injectNext("reset-after", "TransactWriteItems");
      const request = { ...event, orderId: `order-${order}` };
      numbers.push(await numberOf(request));
      expect(await numberOf(request)).toBe(numbers.at(-1));
    }
    expect(numbers).toEqual(Array.from({ length: 12 }, (_, n) => `2026-${String(n + 1).padStart(6, "0")}`));
  });

  test("are the same for an order that asks again after four weeks", async () => {
    const { numberOf, clock } = await setUp();
    const first = await numberOf(event);
    await clock.sleep(28 * 24 * 3_600_000);
    expect(await numberOf(event)).toBe(first);
  });

  test("are refused to an order that is so old that its number may be forgotten", async () => {
    const { numberOf, clock } = await setUp();
    await clock.sleep(31 * 24 * 3_600_000);
    await expect(numberOf(event)).rejects.toThrow("[idempotency-key-expired]");
  });

  test("of blocks are never given twice", async () => {
    const { takeBlock } = await setUp();
    expect(await takeBlock(3, "process-1")).toEqual([1, 2, 3]);
    expect(await takeBlock(2, "process-2")).toEqual([4, 5]);
    expect(await takeBlock(3, "process-1")).toEqual([1, 2, 3]);
  });
});
