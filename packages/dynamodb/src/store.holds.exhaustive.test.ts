import { PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { decrement, increment, isCounterError, type StoreWithHolds } from "@durable-counter/core";
import { EVERY_FAULT } from "@durable-counter/testing/dynamodb";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listRequests } from "./client-middleware.fixture.ts";
import { randomRuns } from "../../../scripts/test/random.ts";
import { settlementOf } from "./settle-expired-holds.ts";
import { createSimulation, NO_LATENCY, simulatedEngines, tableName } from "./simulated.fixture.ts";

const id = "stock";

type Simulation = Awaited<ReturnType<typeof createSimulation>>;

/** Asks, and asks again while errors tell so; undefined for a refusal. */
async function untilAnswered<T>(call: () => Promise<T>): Promise<T | undefined> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isCounterError(error)) throw error;
      if (!error.retryable) return undefined;
    }
  }
}

/** A process that has never seen a counter, and what it sends. */
function newProcess(db: Simulation, options = {}) {
  const client = db.client();
  const sent = listRequests(client);
  return { store: db.createStore({ client, ...options }), sent };
}

async function itemsOf(db: Simulation) {
  const { Items = [] } = await db.client().send(new ScanCommand({ TableName: tableName }));
  return Items;
}

test("a hold, a commit and a release are one request each, in processes that have never seen the counter", async () => {
  const db = await createSimulation({ latencyMs: NO_LATENCY });
  const options = { initial: 100, limits: { min: 0 } };
  const requestsOf = async (act: (store: StoreWithHolds) => Promise<unknown>) => {
    const { store, sent } = newProcess(db, options);
    await act(store);
    return sent;
  };
  const place = (idempotencyKey: string) => (store: StoreWithHolds) =>
    store.hold({ id, amount: 4, expiresIn: 600, idempotencyKey });
  expect(await requestsOf(place("h1"))).toEqual(["UpdateItem"]);
  expect(await requestsOf(place("h2"))).toEqual(["UpdateItem"]);
  expect(await requestsOf(place("h3"))).toEqual(["UpdateItem"]);
  expect(await requestsOf((store) => store.commit({ id, holdId: "h1" }))).toEqual(["UpdateItem"]);
  expect(await requestsOf((store) => store.commit({ id, holdId: "h2", amount: 4 }))).toEqual(["UpdateItem"]);
  expect(await requestsOf((store) => store.release({ id, holdId: "h3" }))).toEqual(["UpdateItem"]);
  expect(await requestsOf((store) => store.get(id))).toEqual(["GetItem"]);
  const { store, sent } = newProcess(db, options);
  await store.apply({ id, commands: [decrement()] });
  expect(sent.splice(0)).toEqual(["UpdateItem", "UpdateItem"]);
  await store.apply({ id, commands: [decrement()] });
  expect(sent).toEqual(["UpdateItem"]);
});

test("holds on a counter that is spread over shards are refused, by every operation, and nothing is sent", async () => {
  const db = await createSimulation();
  await db.createStore({ shards: 4 }).apply({ id, commands: [increment()] });
  const { store, sent } = newProcess(db, { shards: 4 });
  const calls = [
    store.hold({ id, amount: 1, expiresIn: 60 }),
    store.commit({ id, holdId: "h" }),
    store.release({ id, holdId: "h" }),
    store.held(id),
  ];
  for (const call of calls)
    await expect(call).rejects.toMatchObject({
      code: "invalid-input",
      message: expect.stringContaining('id is "stock", a counter that is spread over 4 shards') as string,
    });
  expect(sent).toEqual([]);
});

test("the sum of holds is not told of what is no counter of the store", async () => {
  const db = await createSimulation();
  await db.createStore({ shards: 4 }).apply({ id, commands: [increment()] });
  await expect(db.createStore().held(id)).rejects.toThrow(
    /Create the store with shards: 4.*\[misconfigured\]/u,
  );
});

describe.each(["auto", "separate-item"] as const)("with the strategy %s", (strategy) => {
  test("hundreds of holds can be open on a counter, and no item grows large", async () => {
    const db = await createSimulation({ latencyMs: NO_LATENCY });
    const store = db.createStore({ idempotency: { strategy }, initial: 10_000, limits: { min: 0 } });
    const HOLDS = 200;
    for (let n = 0; n < HOLDS; n++) {
      await store.hold({ id, amount: 2, expiresIn: 3_000, idempotencyKey: `h${n}` });
      await db.clock.sleep(5_000); // no burst
    }
    const items = await itemsOf(db);
    expect(items.length).toBeGreaterThan(HOLDS);
    expect(Math.max(...items.map((item) => JSON.stringify(item).length))).toBeLessThan(20_000);
    expect(await store.held(id)).toBe(2 * HOLDS);
    expect(await store.get(id, { consistent: true })).toBe(10_000 - 2 * HOLDS);

    for (let n = 0; n < HOLDS; n += 4) {
      await store.commit({ id, holdId: `h${n}` });
      await store.commit({ id, holdId: `h${n + 1}`, amount: 1 });
      await store.release({ id, holdId: `h${n + 2}` });
    }
    expect(await store.held(id)).toBe(HOLDS / 2);
    expect(await store.get(id, { consistent: true })).toBe(10_000 - (HOLDS * (2 + 1 + 2)) / 4);
    await db.clock.sleep(3_000_000);
    expect(await store.get(id, { consistent: true })).toBe(10_000 - (HOLDS * (2 + 1)) / 4);
    expect(await store.held(id)).toBe(0);
    expect(await store.release({ id, holdId: "h3" })).toMatchObject({ replayed: true });
    expect(await store.hold({ id, amount: 2, expiresIn: 3_000, idempotencyKey: "h1" })).toMatchObject({
      replayed: true,
    });

    await store.delete(id);
    expect(await itemsOf(db)).toEqual([]);
  });
});

test("what is left of the open holds of a deleted counter gives nothing to a new one", async () => {
  const db = await createSimulation({ latencyMs: NO_LATENCY });
  const store = db.createStore({ initial: 1_000 });
  const place = async (name: string) => {
    for (let n = 0; n < 100; n++) {
      await store.hold({ id, amount: 1, expiresIn: 3_000, idempotencyKey: `${name}-${n}` });
      await db.clock.sleep(5_000);
    }
  };
  await place("old");
  const left = (await itemsOf(db)).filter(({ sk }) => sk?.S !== "value");
  await store.delete(id);
  for (const Item of left) await db.client().send(new PutItemCommand({ TableName: tableName, Item }));
  await place("new");
  expect(await store.held(id)).toBe(100);
  await expect(store.release({ id, holdId: "old-0" })).rejects.toMatchObject({ code: "invalid-input" });
  await db.clock.sleep(3_000_000);
  expect(await store.get(id, { consistent: true })).toBe(1_000);
});

describe.each(simulatedEngines)("on $engine, through a network with every fault", ({ transactions }) => {
  test("32 processes that hold, commit and release never pass the minimum, and no hold stays open for ever", async () => {
    const MIN = 0;
    const START = 40;
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const db = await createSimulation({ seed, faults: EVERY_FAULT, transactions });
        const options = { initial: START, limits: { min: MIN } };
        let committed = 0;
        const sometimes = (share: number) => db.random() < share;
        const process = async (_: unknown, index: number) => {
          const clientOptions = { maxAttempts: 2, requestTimeout: 1_000 };
          const store = db.createStore({ ...options, clientOptions });
          for (let n = 0; n < 3; n++) {
            const holdId = `${index}-${n}`;
            const request = {
              id,
              amount: 1 + (index % 3),
              expiresIn: 5,
              idempotencyKey: holdId,
              callerId: holdId,
            };
            const placed = await untilAnswered(() => store.hold(request));
            if (placed === undefined || sometimes(0.2)) continue; // the process dies: the hold expires
            expect(placed.value).toBeGreaterThanOrEqual(MIN);
            if (sometimes(0.2)) await db.clock.sleep(6_000);
            if (sometimes(0.4)) await untilAnswered(() => store.release({ id, holdId }));
            else {
              const amount = sometimes(0.5) ? 1 : request.amount;
              const result = await untilAnswered(() => store.commit({ id, holdId, amount }));
              if (result !== undefined) committed += amount;
            }
            const value = await untilAnswered(() => store.get(id, { consistent: true }));
            expect(value).toBeGreaterThanOrEqual(MIN);
          }
        };
        await Promise.all(Array.from({ length: 32 }, process));
        db.network.disableFaults();
        await db.network.drain();
        await db.clock.sleep(10_000);
        const { summary } = db.network;
        const truth = db.createStore(options);
        expect({
          value: await truth.get(id, { consistent: true }),
          held: await truth.held(id),
          summary,
        }).toEqual({
          value: START - committed,
          held: 0,
          summary,
        });
      }),
      { numRuns: randomRuns(2) },
    );
  });
});

describe("how expired holds are given back", () => {
  const NOW = 1_000;
  const hold = fc.record({
    expiresAt: fc.integer({ min: 0, max: 2_000 }),
    amount: fc.integer({ min: 1, max: 9 }),
  });
  const holds = fc
    .array(hold, { maxLength: 60 })
    .map((all) => all.map((each, n) => ({ ...each, keyAttribute: `k#${n}` })));

  test("is what they have taken, of none that has time left, and `due` is never later than an open hold", () => {
    fc.assert(
      fc.property(holds, holds, fc.integer(), (inline, moved, value) => {
        const settlement = settlementOf(new Map([["value", value]]), inline, moved, NOW);
        const settled = [...settlement.inline, ...settlement.moved];
        expect(settlement.back.get("value") ?? 0).toBe(settled.reduce((sum, { amount }) => sum + amount, 0));
        expect(settled.filter(({ expiresAt }) => expiresAt > NOW)).toEqual([]);
        const open = [...inline, ...moved].filter((each) => !settled.includes(each));
        const due = open.length === 0 ? undefined : Math.min(...open.map(({ expiresAt }) => expiresAt));
        expect(settlement.due).toBe(due);
      }),
    );
  });

  test("is as much as there is room for", () => {
    const value = Number.MAX_SAFE_INTEGER - 5;
    const both = [
      { keyAttribute: "k#a", expiresAt: 1, amount: 6 },
      { keyAttribute: "k#b", expiresAt: 2, amount: 4 },
    ];
    expect(settlementOf(new Map([["value", value]]), both, [], NOW)).toEqual({
      inline: both.slice(1),
      moved: [],
      back: new Map([["value", 4]]),
      due: NOW + 60_000,
    });
  });
});

test("an expired hold that a counter has no room for comes back when there is room", async () => {
  const db = await createSimulation({ latencyMs: NO_LATENCY });
  const store = db.createStore();
  await store.hold({ id, amount: 5, expiresIn: 1, idempotencyKey: "h" });
  await store.apply({ id, commands: [increment(Number.MAX_SAFE_INTEGER), increment(5)] });
  await db.clock.sleep(2_000);
  expect(await store.get(id, { consistent: true })).toBe(Number.MAX_SAFE_INTEGER);
  await expect(store.commit({ id, holdId: "h" })).rejects.toMatchObject({ details: { hold: "expired" } });
  await expect(store.release({ id, holdId: "h" })).rejects.toMatchObject({ code: "limit-exceeded" });
  await store.apply({ id, commands: [decrement(9)] });
  await db.clock.sleep(60_000);
  expect(await store.get(id, { consistent: true })).toBe(Number.MAX_SAFE_INTEGER - 4);
});
