import { readFileSync } from "node:fs";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { set } from "@durable-counter/core";
import { applyAll, createDynamoDBCounterStore, ensureCounterTable, holds } from "@durable-counter/dynamodb";
import { simulate, US_EAST_1 } from "@durable-counter/testing";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { expect, test } from "vitest";
import { watchConsumption } from "../../bench/measure/consumption.ts";
import { createReservationHandler } from "../../examples/05-stock-with-reservations.ts";
import { createInvoiceNumbers } from "./invoice-numbers.ts";
import { createLikes, SHARDS } from "./likes.ts";
import { createMeter } from "./metering.ts";
import { createStreamMeter } from "./metering-streams.ts";
import { createQuota } from "./monthly-quota.ts";
import { createPayments } from "./prepaid-credits.ts";
import { createRateLimit } from "./rate-limit.ts";

const START = Date.parse("2026-03-02T10:00Z");
const SEPARATE = { idempotency: { retentionSeconds: 30 * 24 * 3_600, strategy: "separate-item" } } as const;

/** A store as a recipe creates it, and the write units that each run takes. */
async function setUp(
  options: Pick<Parameters<typeof createDynamoDBCounterStore>[0], "idempotency" | "shards"> = {},
) {
  const db = createSimulatedDynamoDB({
    startAt: START,
    latencyMs: { min: 0, max: 0 },
  });
  const { clock } = db;
  const client = db.client();
  await ensureCounterTable(client, "counters");
  const consumption = watchConsumption(client, db.client());
  const store = createDynamoDBCounterStore({
    client,
    tableName: "counters",
    capabilities: [applyAll, holds],
    ...options,
    now: () => clock.now(),
    sleep: (ms, sleepOptions) => clock.sleep(ms, sleepOptions),
  });
  const unitsOf = async (run: () => Promise<unknown>) => {
    const before = consumption.writeUnits;
    await run();
    return consumption.writeUnits - before;
  };
  return { client, clock, store, unitsOf };
}

/** The prices that the section of a recipe states, in dollars, and its text without line breaks. */
function stated(recipe: string) {
  const text = readFileSync(new URL(`${recipe}.md`, import.meta.url), "utf8").replace(/\s+/gu, " ");
  const price = text.split("## Price")[1] ?? "";
  return {
    price,
    dollars: Array.from(price.matchAll(/([\d.]+)(?= dollars| to [\d.]+ dollars)/gu), ([all]) => all),
  };
}

/** The section of the recipe whose code is an example. */
const RESERVATION = readFileSync(new URL("stock-with-reservations.md", import.meta.url), "utf8")
  .split("## Price")[1]
  ?.replace(/\s+/gu, " ");

/** What a million cost, as the recipes write it: 0.625 is 0.63. */
const million = (units: number) =>
  (Math.round(units * US_EAST_1.writeUnit * 1e6 * 100 + 1e-9) / 100).toFixed(2);

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

test("an invoice number, and a block of them, cost what the recipe says", async () => {
  const { store, unitsOf } = await setUp(SEPARATE);
  const { numberOf, takeBlock } = createInvoiceNumbers(store, 2026);
  const units = await unitsOf(() => numberOf({ orderId: "o-1", orderedAt: START }));
  const { price, dollars } = stated("invoice-numbers");
  expect(price).toContain(`${units} write units`);
  expect(dollars).toEqual([million(units)]);
  expect(await unitsOf(() => takeBlock(500, "block-1"))).toBe(units);
});

test("a like costs what the recipe says", async () => {
  const { store, unitsOf } = await setUp({ shards: SHARDS });
  const { press } = createLikes(store);
  const like = { postId: "p", userId: "u", action: "like", requestId: "r" } as const;
  const units: number[] = [];
  for (let n = 0; n < 100; n++) units.push(await unitsOf(() => press({ ...like, requestId: `press-${n}` })));
  const { price, dollars } = stated("likes");
  const afterLikes = async (likes: number, options = {}) => {
    const hot = await setUp({ shards: SHARDS, ...options });
    const { press } = createLikes(hot.store);
    const last: number[] = [];
    for (let n = 0; n < likes; n++) {
      const like = () => press({ postId: "p", userId: "u", action: "like", requestId: `${n}` });
      if (n < likes - 11) await like();
      else last.push(await hot.unitsOf(like));
    }
    return median(last);
  };
  expect([await afterLikes(150), await afterLikes(300)]).toEqual([1, 2]);
  expect(price).toMatch(/up to 150 likes .* and 2 with 300/u);
  const separate = await afterLikes(150, SEPARATE);
  expect(price).toContain(`each like takes ${separate} units`);
  expect(dollars).toEqual([million(median(units)), million(separate)]);
  expect(price).toContain(`The first like of each shard takes ${units[0]}`);
  expect(units.filter((each) => each === units[0])).toHaveLength(SHARDS);
});

test("a usage from SQS, or from a stream, costs what the recipes say", async () => {
  const { store, unitsOf } = await setUp(SEPARATE);
  const body = JSON.stringify({ usageId: "u-1", customerId: "alice", units: 3, usedAt: START });
  const queue = await unitsOf(() => createMeter(store)({ Records: [{ messageId: "m", body }] }));
  const dynamodb = {
    ApproximateCreationDateTime: START / 1_000,
    SequenceNumber: "1",
    NewImage: { customerId: { S: "bob" }, units: { N: "3" } },
  };
  const record = { eventID: "e-1", eventName: "INSERT", dynamodb } as const;
  const stream = await unitsOf(() => createStreamMeter(store)({ Records: [record] }));
  expect(stated("metering").dollars).toEqual([million(queue)]);
  expect(stated("metering-streams").dollars).toEqual([million(stream)]);
  expect(stated("metering").price).toContain(`${queue} write units`);
  expect(stated("metering-streams").price).toContain(`${stream} write units`);
});

test("a document of the quota costs what the recipe says, as long as few are sent per hour", async () => {
  const { clock, store, unitsOf } = await setUp();
  const convert = createQuota(store, "Europe/Zurich");
  const plan = { pagesPerMonth: 1_000_000, billingDay: 1 };
  const units: number[] = [];
  for (let n = 0; n < 40; n++) {
    const documentId = `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
    units.push(
      await unitsOf(() => convert({ documentId, sentAt: clock.now(), customer: "c", pages: 1, plan })),
    );
    await clock.sleep(1_000);
  }
  const { price, dollars } = stated("monthly-quota");
  const few = Number(/fewer than (\d+) per hour/u.exec(price)?.[1]);
  expect(units.findIndex((each) => each > 1) + 1).toBe(few);
  expect(dollars.map(Number)).toEqual([US_EAST_1.writeUnit * 1e6]);
});

test("a payment with credits costs what the recipe says", async () => {
  const { client, store, unitsOf } = await setUp();
  await client.send(
    new CreateTableCommand({
      TableName: "audit",
      KeySchema: [{ AttributeName: "orderId", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "orderId", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    }),
  );
  const { pay, topUp } = createPayments(store, "audit");
  await topUp("alice", 100, "card-1");
  const order = { orderId: "o-1", orderedAt: START, customer: "alice", seller: "bookshop", credits: 5 };
  const units = await unitsOf(() => pay(order));
  const { price, dollars } = stated("prepaid-credits");
  expect(price).toContain(`${units} for two counters and the audit entry`);
  expect(dollars).toContain(million(units));
});

test("a call of the rate limit costs what the recipe says, at three and at sixty calls per minute", async () => {
  const unitsOfCalls = async (perMinute: number) => {
    const { clock, store, unitsOf } = await setUp();
    const secondsToWait = createRateLimit(store, 60, () => clock.now());
    const units: number[] = [];
    for (let n = 0; n < 15 * perMinute; n++) {
      units.push(await unitsOf(() => secondsToWait("key-7")));
      await clock.sleep(60_000 / perMinute);
    }
    // Ten minutes at the end: until then the item grows. A few calls take a hundred times more, by which keys are moved.
    const last = units.slice(-10 * perMinute);
    const average = last.reduce((sum, each) => sum + each, 0) / last.length;
    // Nine minutes long nothing is removed, which would cost a unit as well.
    return { first: units.slice(0, 9 * perMinute), usual: median(last), average };
  };
  const { price, dollars } = stated("rate-limit");
  const few = await unitsOfCalls(3);
  expect(new Set(few.first)).toEqual(new Set([1]));
  expect(price).toContain(`With up to ${few.first.length} calls in nine minutes it is one unit`);
  expect(price).toContain(`about ${few.usual} units per call, or ${million(few.usual)} dollars`);
  expect(Math.abs(few.average - few.usual)).toBeLessThanOrEqual(0.5); // keys are random
  expect(dollars).toEqual([million(1), million(few.usual)]);
  const many = Number(/60 per minute takes about (\d+)/u.exec(price)?.[1]);
  expect(Math.abs((await unitsOfCalls(60)).average - many)).toBeLessThanOrEqual(3);
});

test("an order with a reservation costs what the recipe says, paid or not, with few orders and with many", async () => {
  const { store, unitsOf } = await setUp();
  await store.apply({ id: "cup", commands: [set(100)] });
  const order = (orderId: string, isPaid = true) =>
    simulate(
      createReservationHandler(store, async () => undefined),
      {
        payload: { orderId, sku: "cup", quantity: 2 },
        executionName: orderId,
        callbacks: { payment: () => (isPaid ? "paid" : Promise.reject(new Error("no money"))) },
      },
    );
  const { operations } = await order("o-1");
  const units = await unitsOf(() => order("o-2"));
  expect(RESERVATION).toContain(`write units: hold, commit | ${units} |`);
  expect(RESERVATION).toContain(`callback with its submitter, commit | ${operations.length} |`);
  expect(RESERVATION).toContain(
    `A million orders cost $${million(units)} for DynamoDB and $${operations.length * US_EAST_1.durableOperation * 1e6} for`,
  );
  expect(await unitsOf(() => order("o-3", false))).toBe(units);

  const more: number[] = [];
  for (let n = 4; n < 12; n++) more.push(await unitsOf(() => order(`o-${n}`)));
  expect(RESERVATION).toContain("With more than eight orders of an article in that time");
  expect(more).toEqual([2, 2, 2, 2, 2, 4, 4, 4]);
});
