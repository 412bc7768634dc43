import { readFileSync } from "node:fs";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { createQuota, type Conversion } from "./monthly-quota.ts";

const explanation = readFileSync(new URL("monthly-quota.md", import.meta.url), "utf8");
const shown = /```json\n([^`]*)```/u.exec(explanation)?.[1] ?? "";
const event = JSON.parse(shown) as Conversion; // the document says so

/** The first moments of the billing months, which start on the last day of January and of February. */
const START = Date.parse("2026-01-31T00:00+01:00");
const NEXT = Date.parse("2026-02-28T00:00+01:00");
const AFTER = Date.parse("2026-03-31T00:00+02:00");

async function setUp(startAt = event.sentAt) {
  const db = createSimulatedDynamoDB({ startAt, latencyMs: { min: 0, max: 0 } });
  const client = db.client({ maxAttempts: 2 });
  await ensureCounterTable(client, "counters");
  const store = createDynamoDBCounterStore({
    client,
    tableName: "counters",
    now: () => db.clock.now(),
    sleep: (ms, options) => db.clock.sleep(ms, options),
  });
  return { ...db, convert: createQuota(store, "Europe/Zurich") };
}

describe("a monthly quota", () => {
  test("tells what remains, and when the next month begins", async () => {
    const { convert } = await setUp();
    expect(event.sentAt).toBe(START);
    expect(await convert(event)).toEqual({ accepted: true, remaining: 988, resetsAt: NEXT });
  });

  test("counts a document once, though the event comes twice and a reply is lost", async () => {
    const { convert, network } = await setUp();
    network.injectNext("reset-after", "UpdateItem");
    const expected = { accepted: true, remaining: 988, resetsAt: NEXT };
    expect([await convert(event), await convert(event)]).toEqual([expected, expected]);
  });

  test("refuses a document that is too long, and lets a shorter one pass", async () => {
    const { convert } = await setUp();
    await convert(event);
    const long = { ...event, documentId: "doc-82", pages: 989 };
    expect(await convert(long)).toEqual({ accepted: false, remaining: 988, resetsAt: NEXT });
    expect(await convert({ ...long, pages: 988 })).toMatchObject({ accepted: true, remaining: 0 });
  });

  test("counts in the month in which a document was sent, and starts again with the next", async () => {
    const { convert } = await setUp(NEXT + 60_000);
    const late = { ...event, sentAt: NEXT - 1 };
    expect(await convert(late)).toMatchObject({ remaining: 988, resetsAt: NEXT });
    const next = { ...event, documentId: "doc-82", sentAt: NEXT };
    expect(await convert(next)).toMatchObject({ remaining: 988, resetsAt: AFTER });
    expect(await convert(late)).toMatchObject({ remaining: 988, resetsAt: NEXT });
  });
});
