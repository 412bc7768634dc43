import { readFileSync } from "node:fs";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { createRateLimit, type HttpEvent } from "./rate-limit.ts";

const explanation = readFileSync(new URL("rate-limit.md", import.meta.url), "utf8");
const shown = /```json\n([^`]*)```/u.exec(explanation)?.[1] ?? "";
const event = JSON.parse(shown) as HttpEvent; // the document says so
const apiKey = event.headers["x-api-key"];
const START = Date.parse("2026-01-01T12:00:30Z");

async function setUp() {
  const db = createSimulatedDynamoDB({ startAt: START, latencyMs: { min: 0, max: 0 } });
  const client = db.client({ maxAttempts: 1 });
  let requests = 0;
  client.middlewareStack.add((next) => async (args) => {
    requests++;
    return next(args);
  });
  await ensureCounterTable(client, "counters");
  const now = () => db.clock.now();
  const store = createDynamoDBCounterStore({
    client,
    tableName: "counters",
    now,
    sleep: (ms, options) => db.clock.sleep(ms, options),
  });
  const secondsToWait = createRateLimit(store, 3, now);
  const wait = async (times: number) => {
    const waits: number[] = [];
    for (let n = 0; n < times; n++) waits.push(await secondsToWait(apiKey));
    return waits;
  };
  return { ...db, store, secondsToWait, wait, sent: () => requests };
}

describe("a rate limit", () => {
  test("lets so many requests of a key pass per minute, and says when the next may come", async () => {
    const { clock, secondsToWait, wait } = await setUp();
    expect(await wait(5)).toEqual([0, 0, 0, 30, 30]);
    expect(await secondsToWait("another key")).toBe(0);
    await clock.sleep(29_001);
    expect(await wait(1)).toEqual([1]);
    await clock.sleep(999);
    expect(await wait(4)).toEqual([0, 0, 0, 60]);
  });

  test("refuses a request for a second if the minute ends while it is refused", async () => {
    const { clock, wait, store } = await setUp();
    await wait(3);
    await clock.sleep(29_999);
    // The function looks at its clock after DynamoDB has answered.
    const late = createRateLimit(store, 3, () => clock.now() + 1);
    expect(await late(apiKey)).toBe(1);
  });

  test("asks DynamoDB once per request that passes, and once for all that are refused", async () => {
    const { wait, sent } = await setUp();
    await wait(1);
    const before = sent();
    await wait(40);
    expect(sent() - before).toBeLessThanOrEqual(4); // two that pass, and a refusal, which reads the value
  });

  test("counts a request once if a reply is lost", async () => {
    const { wait, network } = await setUp();
    network.injectNext("reset-after", "UpdateItem");
    expect(await wait(1)).toEqual([0]);
    expect(await wait(3)).toEqual([0, 0, 30]);
  });

  test("lets a request pass if DynamoDB does not answer", async () => {
    const { wait, network } = await setUp();
    await wait(4);
    expect(await wait(1)).toEqual([30]);
    const { wait: waitAgain, network: other } = await setUp();
    for (let n = 0; n < 60; n++) other.injectNext("reset-before", "UpdateItem");
    expect(network).not.toBe(other);
    expect(await waitAgain(1)).toEqual([0]);
  });
});
