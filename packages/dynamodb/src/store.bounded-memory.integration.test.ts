import { decrement, increment } from "@durable-counter/core";
import { localClient, type RunningDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { hasTransactions, keepLostWrites, startEngines } from "./engines.fixture.ts";
import { createDynamoDBCounterStore, ensureCounterTable, type DynamoDBCounterStoreOptions } from "./index.ts";
import { codeOf } from "./lost-replies.fixture.ts";

const engines = await startEngines();
const tableName = "counters";
await Promise.all(engines.map(({ client }) => ensureCounterTable(client, tableName)));
const START = Math.floor(Date.now() / 1_000) * 1_000;
let counters = 0;

const dynalite = engines.at(-1) as RunningDynamoDB; // there always is one

const strategies = engines.flatMap((engine) =>
  (hasTransactions(engine) ? (["inline", "separate-item"] as const) : (["inline"] as const)).map(
    (strategy) => ({ engine, name: engine.engine, strategy }),
  ),
);

function setUp({ client }: RunningDynamoDB, options: Partial<DynamoDBCounterStoreOptions>) {
  const id = `counter-${++counters}`;
  const clock = { now: START };
  const store = (own = client) =>
    createDynamoDBCounterStore({
      client: own,
      tableName,
      limits: { min: 0 },
      now: () => clock.now,
      ...options,
    });
  let moves = 0;
  const move = (command: ReturnType<typeof increment>) =>
    store().apply({ id, commands: [command], idempotencyKey: `move-${++moves}` });
  return { id, clock, store, move };
}

describe.each(strategies)("what a store must not forget, on $name, $strategy", ({ engine, strategy }) => {
  test("a caller that was refused, after 100 others were refused too", async () => {
    const { id, store, move } = setUp(engine, { idempotency: { strategy } });
    await move(increment(3));
    const request = { id, commands: [decrement(5)], idempotencyKey: "t" };
    const callers = Array.from({ length: 101 }, (_, n) => `caller-${n}`);
    for (const callerId of callers)
      expect(await codeOf(store().apply({ ...request, callerId }))).toBe("limit-exceeded");
    await move(increment(9));
    for (const callerId of callers)
      expect(await codeOf(store().apply({ ...request, callerId }))).toBe("limit-exceeded");
    expect(await store().get(id, { consistent: true })).toBe(12);
    // Who does not name itself may try again, as ever.
    expect(await store().apply(request)).toMatchObject({ value: 7 });
  });

  test("how long a caller was told that a refusal is recorded, whatever the clock of the next caller says", async () => {
    const { id, clock, store, move } = setUp(engine, { idempotency: { strategy, retentionSeconds: 600 } });
    await move(increment(3));
    const request = { id, commands: [decrement(5)], idempotencyKey: "t" };
    const late = { ...request, callerId: "a", issuedAt: START + 300_000 }; // by a clock that is ahead
    expect(await codeOf(store().apply(late))).toBe("limit-exceeded");
    expect(await codeOf(store().apply({ ...request, callerId: "b" }))).toBe("limit-exceeded");
    await move(increment(9));
    clock.now = START + (300 + 600 + 300) * 1_000;
    for (let n = 0; n < 100; n++) await move(increment(0)); // some of which remove what has expired
    clock.now = START + 899_000;
    expect(await codeOf(store().apply(late))).toBe("limit-exceeded");
  });
});

// store-cache.test.ts adds 12,000.
test("a store does not forget a key that was never answered, after 100 others were not answered either", async () => {
  const { id, store, move } = setUp(dynalite, { idempotency: { strategy: "inline" } });
  await move(increment(5));
  const client = localClient(dynalite.endpoint, { maxAttempts: 1 });
  const network = keepLostWrites(client);
  const asking = store(client);
  const request = { id, commands: [decrement(5)], idempotencyKey: "t" };
  expect(await codeOf(asking.apply(request))).toBe("outcome-unknown");
  const [late] = network.lost;
  const others = Array.from({ length: 100 }, (_, n) => ({ ...request, idempotencyKey: `other-${n}` }));
  for (const other of others) await asking.apply(other).catch(() => undefined);
  network.isLosing = false;
  await move(decrement(2));
  expect(await codeOf(asking.apply(request))).toBe("limit-exceeded");
  await move(increment(2));
  await expect(dynalite.client.send(late as never)).rejects.toThrow(/condition/iu);
  expect(await store().get(id, { consistent: true })).toBe(5);
  client.destroy();
});
