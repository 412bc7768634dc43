import { readFileSync } from "node:fs";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import {
  createStreamMeter,
  RETENTION_SECONDS,
  type KinesisRecord,
  type TableRecord,
} from "./metering-streams.ts";

const explanation = readFileSync(new URL("metering-streams.md", import.meta.url), "utf8");
const shown = /```json\n([^`]*)```/u.exec(explanation)?.[1] ?? "";
const event = JSON.parse(shown) as { readonly Records: readonly [TableRecord] }; // the document says so
const [record] = event.Records;
const CREATED_SECONDS = record.dynamodb.ApproximateCreationDateTime;
const HOUR_MS = 3_600_000;

const another = (eventID: string, SequenceNumber: string): TableRecord => ({
  ...record,
  eventID,
  dynamodb: { ...record.dynamodb, SequenceNumber },
});
const inKinesis = (sequenceNumber: string): KinesisRecord => {
  const data = btoa(JSON.stringify({ usageId: "u-1", customerId: "alice", units: 3 }));
  return { kinesis: { approximateArrivalTimestamp: CREATED_SECONDS + 0.125, sequenceNumber, data } };
};

async function setUp() {
  const db = createSimulatedDynamoDB({
    startAt: CREATED_SECONDS * 1_000 + 500,
    latencyMs: { min: 0, max: 0 },
  });
  const client = db.client({ maxAttempts: 1 });
  await ensureCounterTable(client, "counters");
  const store = createDynamoDBCounterStore({
    client,
    tableName: "counters",
    idempotency: { retentionSeconds: RETENTION_SECONDS, strategy: "separate-item" },
    now: () => db.clock.now(),
    sleep: (ms, options) => db.clock.sleep(ms, options),
  });
  return { ...db, meter: createStreamMeter(store), used: () => store.get("usage#alice") };
}

describe("metering from streams", () => {
  test("counts an insert once, though its batch is read again at the end of the stream's retention", async () => {
    const { meter, used, clock } = await setUp();
    expect(await meter(event)).toEqual({ batchItemFailures: [] });
    await clock.sleep(24 * HOUR_MS);
    expect(await meter(event)).toEqual({ batchItemFailures: [] });
    expect(await used()).toBe(3);
  });

  test("counts two inserts of the same content twice, and skips changes and deletions", async () => {
    const { meter, used } = await setUp();
    const others = (["MODIFY", "REMOVE"] as const).map((eventName) => ({
      ...another(eventName, "9"),
      eventName,
    }));
    await meter({ Records: [record, another("e-2", "2"), ...others] });
    expect(await used()).toBe(6);
  });

  test("counts the records behind one that fails, and counts them no more when they are read again", async () => {
    const { meter, used, network } = await setUp();
    const Records = [record, another("e-2", "2"), another("e-3", "3")];
    await meter({ Records: [record] });
    for (let n = 0; n < 9; n++) network.injectNext("throttle", "TransactWriteItems");
    expect(await meter({ Records: Records.slice(1) })).toEqual({
      batchItemFailures: [{ itemIdentifier: "2" }],
    });
    expect(await used()).toBe(6);
    expect(await meter({ Records })).toEqual({ batchItemFailures: [] });
    expect(await used()).toBe(9);
  });

  test("reports a record that cannot be read, and counts the others", async () => {
    const { meter, used } = await setUp();
    const unreadable: KinesisRecord = { kinesis: { ...inKinesis("1").kinesis, data: btoa("no JSON") } };
    expect(await meter({ Records: [unreadable, inKinesis("2")] })).toEqual({
      batchItemFailures: [{ itemIdentifier: "1" }],
    });
    expect(await used()).toBe(3);
  });

  test("refuses a record that is so old that its key may be forgotten", async () => {
    const { meter, used, clock } = await setUp();
    await clock.sleep(26 * HOUR_MS);
    const itemIdentifier = record.dynamodb.SequenceNumber;
    expect(await meter(event)).toEqual({ batchItemFailures: [{ itemIdentifier }] });
    expect(await used()).toBe(0);
  });

  test("counts a usage once that its sender has put into Kinesis twice", async () => {
    const { meter, used } = await setUp();
    expect(await meter({ Records: [inKinesis("1"), inKinesis("2")] })).toEqual({ batchItemFailures: [] });
    expect(await used()).toBe(3);
  });
});
