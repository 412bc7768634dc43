import { readFileSync } from "node:fs";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { createMeter, RETENTION_SECONDS, type QueueEvent, type Usage } from "./metering.ts";

const DAY_MS = 24 * 3_600_000;
const explanation = readFileSync(new URL("metering.md", import.meta.url), "utf8");
const shown = /```json\n([^`]*)```/u.exec(explanation)?.[1] ?? "";
const event = JSON.parse(shown) as QueueEvent; // the document says so
const [record = { messageId: "", body: "{}" }] = event.Records;
const usage = JSON.parse(record.body) as Usage;

async function setUp() {
  const db = createSimulatedDynamoDB({ startAt: usage.usedAt, latencyMs: { min: 0, max: 0 } });
  const client = db.client({ maxAttempts: 1 });
  await ensureCounterTable(client, "counters");
  const store = createDynamoDBCounterStore({
    client,
    tableName: "counters",
    idempotency: { retentionSeconds: RETENTION_SECONDS, strategy: "separate-item" },
    now: () => db.clock.now(),
    sleep: (ms, options) => db.clock.sleep(ms, options),
  });
  return { ...db, meter: createMeter(store), used: () => store.get(`usage#${usage.customerId}`) };
}

describe("metering", () => {
  test("counts a message once, though it is delivered twice", async () => {
    const { meter, used } = await setUp();
    expect([await meter(event), await meter(event)]).toEqual([
      { batchItemFailures: [] },
      { batchItemFailures: [] },
    ]);
    expect(await used()).toBe(usage.units);
  });

  test("counts a message once that is redriven, with a new id, four weeks later", async () => {
    const { meter, used, clock } = await setUp();
    await meter(event);
    await clock.sleep(28 * DAY_MS);
    expect(await meter({ Records: [{ ...record, messageId: "redriven" }] })).toEqual({
      batchItemFailures: [],
    });
    expect(await used()).toBe(usage.units);
  });

  test("refuses a message that is so old that its key may be forgotten", async () => {
    const { meter, used, clock } = await setUp();
    await clock.sleep(30 * DAY_MS);
    expect(await meter(event)).toEqual({ batchItemFailures: [{ itemIdentifier: record.messageId }] });
    expect(await used()).toBe(0);
  });

  test("returns a message that cannot be read, and counts the others", async () => {
    const { meter, used } = await setUp();
    const unreadable = { messageId: "m-0", body: "no JSON" };
    expect(await meter({ Records: [unreadable, record] })).toEqual({
      batchItemFailures: [{ itemIdentifier: "m-0" }],
    });
    expect(await used()).toBe(usage.units);
  });

  test("returns the messages that were not counted, and only those", async () => {
    const { meter, used, network } = await setUp();
    const other = { messageId: "m-2", body: JSON.stringify({ ...usage, usageId: "u-2" }) };
    for (let n = 0; n < 9; n++) network.injectNext("throttle", "TransactWriteItems");
    expect(await meter({ Records: [record, other] })).toEqual({
      batchItemFailures: [{ itemIdentifier: record.messageId }],
    });
    expect(await meter({ Records: [record] })).toEqual({ batchItemFailures: [] });
    expect(await used()).toBe(2 * usage.units);
  });
});
