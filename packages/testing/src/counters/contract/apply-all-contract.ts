import {
  applyEntries,
  decrement,
  get,
  increment,
  isCounterError,
  type ApplyAllEntry,
  type ApplyAllRequest,
  type ApplyAllResult,
  type Command,
  type CounterStore,
  type Limits,
} from "@durable-counter/core";
import { seededRandom } from "../../seeded-random.ts";
import { codeOf, entriesOf, type Contract } from "./contract.ts";

/** Rules for `applyAll`: several counters change together or not at all, once per idempotency key. */
export function applyAllContract({ test, expect, createStore }: Contract): void {
  test("several counters change together, and each entry has a result of its own", async () => {
    const store = await createStore();
    await store.apply({ id: "b", commands: [increment(10)] });
    const entries = [entry("b", increment(1), decrement(3)), entry("a", increment(5)), entry("c", get())];
    expect(await applyAll(store, { entries })).toEqual({
      results: [
        {
          value: 8,
          results: [
            { type: "increment", before: 10, after: 11 },
            { type: "decrement", before: 11, after: 8 },
          ],
        },
        { value: 5, results: [{ type: "increment", before: 0, after: 5 }] },
        { value: 0, results: [{ type: "get", before: 0, after: 0 }] },
      ],
      replayed: false,
    });
    expect(await valuesOf(store, ["a", "b", "c"])).toEqual([5, 8, 0]);
  });

  test("100 counters change in one request", async () => {
    const store = await createStore();
    const entries = Array.from({ length: 100 }, (_, index) => entry(`counter-${index}`, increment(index)));
    const { results } = await applyAll(store, { entries, idempotencyKey: "t" });
    expect(results.map(({ value }) => value)).toEqual(entries.map((_, index) => index));
    expect((await applyAll(store, { entries, idempotencyKey: "t" })).replayed).toEqual(true);
  });

  test("no counter changes if one entry is refused, be it the first or the last", async () => {
    const store = await createStore({ limits: { max: 10 } });
    await store.apply({ id: "a", commands: [increment(4)] });
    for (const entries of [
      [entry("a", increment(1)), entry("b", increment(11))],
      [entry("b", increment(11)), entry("a", increment(1))],
    ]) {
      expect(await codeOf(applyAll(store, { entries }))).toEqual("limit-exceeded");
    }
    expect(await entriesOf(store)).toEqual([["a", 4]]);
  });

  test("a refusal names the entry, and its counter", async () => {
    const store = await createStore({ limits: { min: 0 } });
    const entries = [entry("a", increment(1)), entry("stock-7", get(), decrement(3))];
    expect(await detailsOf(applyAll(store, { entries }))).toEqual({
      entry: 1,
      id: "stock-7",
      index: 1,
      value: 0,
      limit: 0,
    });
  });

  test("the limits and the initial value of an entry replace those of the store", async () => {
    const store = await createStore({ limits: { max: 10 }, initial: 2 });
    const entries = [
      { ...entry("a", increment(10)), limits: { max: 12 } },
      { ...entry("b", increment(3)), initial: 7 },
      entry("c", increment(8)),
    ];
    const { results } = await applyAll(store, { entries });
    expect(results.map(({ value }) => value)).toEqual([12, 10, 10]);
  });

  test("an entry can clamp or reject, whatever the limits say", async () => {
    const store = await createStore({ limits: { max: 10, onLimit: "clamp" } });
    const clamped = await applyAll(store, { entries: [entry("a", increment(11)), entry("b", increment(1))] });
    expect(clamped.results.map(({ value }) => value)).toEqual([10, 1]);
    const rejecting = [
      entry("b", increment(1)),
      { ...entry("c", increment(11)), onLimit: "reject" } as const,
    ];
    expect(await codeOf(applyAll(store, { entries: rejecting }))).toEqual("limit-exceeded");
    const own = { ...entry("c", increment(11)), limits: { max: 5 }, onLimit: "clamp" } as const;
    expect((await applyAll(store, { entries: [own] })).results.map(({ value }) => value)).toEqual([5]);
  });

  test("several batches equal the fold of each, or nothing, for any entries, limits and values", async () => {
    const store = await createStore();
    const random = seededRandom(20_250_301);
    for (let round = 0; round < 24; round++) {
      const ids = ["a", "b", "c", "d"].filter(() => random(0, 2) > 0);
      const entries = (ids.length === 0 ? ["a"] : ids).map((id) => randomEntry(id, random));
      const all = entries.map(({ id }) => id);
      const befores = await valuesOf(store, all);
      const expected = attempt(() => applyEntries(befores, entries));
      const told = await applyAll(store, { entries }).then(
        ({ results }) => results,
        (error: unknown) => (isCounterError(error) ? error.code : error),
      );
      expect({ round, befores, entries, told }).toEqual({ round, befores, entries, told: expected });
      const afters = typeof expected === "string" ? befores : expected.map(({ value }) => value);
      expect(await valuesOf(store, all)).toEqual(afters);
    }
  });

  test("entries that only read, without a key, return the values and create nothing", async () => {
    const store = await createStore({ initial: 3 });
    await store.apply({ id: "a", commands: [increment(1)] });
    const entries = [entry("b", get()), entry("a", get())];
    const { results, replayed } = await applyAll(store, { entries });
    expect({ values: results.map(({ value }) => value), replayed }).toEqual({
      values: [3, 4],
      replayed: false,
    });
    expect(await entriesOf(store)).toEqual([["a", 4]]);
  });

  test("a retry of several entries gets the first results, replayed, and counts nothing", async () => {
    const store = await createStore({ limits: { min: 0 } });
    const entries = [entry("a", increment(5), get()), entry("b", get()), entry("c", increment(1))];
    const request = { entries, idempotencyKey: "t" };
    const first = await applyAll(store, request);
    await store.apply({ id: "a", commands: [decrement(4)] });
    await applyAll(store, {
      entries: [entry("b", increment(9)), entry("c", increment(1))],
      idempotencyKey: "u",
    });
    expect(await applyAll(store, request)).toEqual({ ...first, replayed: true });
    const limited = entries.map((each) => ({ ...each, limits: { max: 0 } }));
    expect(await applyAll(store, { ...request, entries: limited })).toEqual({ ...first, replayed: true });
    expect(await valuesOf(store, ["a", "b", "c"])).toEqual([1, 9, 2]);
  });

  test("a retry with its entries in another order gets the first results, in its order", async () => {
    const store = await createStore();
    const entries = [entry("a", increment(1)), entry("b", increment(2)), entry("c", increment(3))];
    const first = await applyAll(store, { entries, idempotencyKey: "t" });
    const retry = await applyAll(store, { entries: entries.toReversed(), idempotencyKey: "t" });
    expect(retry).toEqual({ results: first.results.toReversed(), replayed: true });
    expect(await valuesOf(store, ["a", "b", "c"])).toEqual([1, 2, 3]);
  });

  test("a key with other entries on one of its counters is refused and counts nothing", async () => {
    const store = await createStore();
    await applyAll(store, {
      entries: [entry("a", increment(1)), entry("b", increment(2))],
      idempotencyKey: "t",
    });
    const others = [
      [entry("a", increment(1)), entry("b", increment(3))],
      [entry("a", increment(2)), entry("b", increment(1))],
      [entry("a", increment(1))],
      [entry("a", increment(1)), entry("b", increment(2)), entry("c", increment(1))],
      [entry("c", increment(1)), entry("b", increment(2))],
    ];
    for (const entries of others) {
      expect(await codeOf(applyAll(store, { entries, idempotencyKey: "t" }))).toEqual(
        "idempotency-key-reused",
      );
    }
    expect(await entriesOf(store)).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
  });

  test("the same key on other counters is another key", async () => {
    const store = await createStore();
    const request = (...ids: string[]) => ({
      entries: ids.map((id) => entry(id, increment(1))),
      idempotencyKey: "t",
    });
    const told = [await applyAll(store, request("a", "b")), await applyAll(store, request("c", "d"))];
    expect(told.map(({ replayed }) => replayed)).toEqual([false, false]);
    expect(await valuesOf(store, ["a", "b", "c", "d"])).toEqual([1, 1, 1, 1]);
  });

  test("a key of several counters is used on each of them, for single batches too, and the other way round", async () => {
    const store = await createStore();
    const single = { id: "a", commands: [increment(1)], idempotencyKey: "t" };
    const several = { entries: [entry("b", increment(2)), entry("a", increment(1))], idempotencyKey: "t" };
    await applyAll(store, several);
    expect(await codeOf(store.apply(single))).toEqual("idempotency-key-reused");
    await store.apply({ ...single, idempotencyKey: "u" });
    expect(await codeOf(applyAll(store, { ...several, idempotencyKey: "u" }))).toEqual(
      "idempotency-key-reused",
    );
    expect(await valuesOf(store, ["a", "b"])).toEqual([2, 2]);
  });

  test("a refused request of several entries does not use its key", async () => {
    const store = await createStore({ limits: { min: 0 } });
    const request = { entries: [entry("a", increment(1)), entry("b", decrement(1))], idempotencyKey: "t" };
    expect(await codeOf(applyAll(store, request))).toEqual("limit-exceeded");
    await store.apply({ id: "b", commands: [increment(1)] });
    expect((await applyAll(store, request)).replayed).toEqual(false);
    expect(await valuesOf(store, ["a", "b"])).toEqual([1, 0]);
  });

  test("a refusal of several entries is final for its caller, whatever the values are later, and for no other", async () => {
    const store = await createStore({ limits: { min: 0 } });
    const entries = [entry("a", increment(1)), entry("b", decrement(1))];
    const request = { entries, idempotencyKey: "t", callerId: "me" };
    const refused = await detailsOf(applyAll(store, request));
    await store.apply({ id: "b", commands: [increment(5)] });
    expect(await detailsOf(applyAll(store, request))).toEqual(refused);
    const { replayed } = await applyAll(store, { ...request, callerId: "another" });
    expect({ replayed, values: await valuesOf(store, ["a", "b"]) }).toEqual({
      replayed: false,
      values: [1, 4],
    });
  });

  test("a request that was applied is not applied again after one of its counters was deleted", async () => {
    const store = await createStore();
    const request = { entries: [entry("a", increment(1)), entry("b", increment(2))], idempotencyKey: "t" };
    await applyAll(store, request);
    await store.delete("a");
    expect(await codeOf(applyAll(store, request))).toEqual("idempotency-key-expired");
    expect(await valuesOf(store, ["a", "b"])).toEqual([0, 2]);
  });

  test("concurrent retries of several entries count once and get the same results", async () => {
    const store = await createStore();
    const request = { entries: [entry("a", increment(1)), entry("b", decrement(1))], idempotencyKey: "t" };
    const told = await Promise.all(
      Array.from({ length: 4 }, () => patiently(() => applyAll(store, request))),
    );
    expect(new Set(told.map(({ results }) => JSON.stringify(results))).size).toEqual(1);
    expect(await valuesOf(store, ["a", "b"])).toEqual([1, -1]);
  });

  test("concurrent requests between the same counters change no total, pass no limit, and lose nothing", async () => {
    const store = await createStore({ limits: { min: 0 } });
    const ids = ["a", "b", "c"];
    for (const id of ids) await store.apply({ id, commands: [increment(3)] });
    const random = seededRandom(7);
    const moves = Array.from({ length: 9 }, (_, index) => {
      const from = ids[random(0, 2)] ?? "a";
      const to = ids.filter((id) => id !== from)[random(0, 1)] ?? "b";
      const entries = [entry(from, decrement(2)), entry(to, increment(2))];
      return patiently(() => applyAll(store, { entries, idempotencyKey: `move-${index}` })).then(
        () => ({ from, to }),
        () => undefined,
      );
    });
    const moved = (await Promise.all(moves)).filter((move) => move !== undefined);
    const expected = ids.map((id) =>
      moved.reduce((value, { from, to }) => value - (from === id ? 2 : 0) + (to === id ? 2 : 0), 3),
    );
    expect(await valuesOf(store, ids)).toEqual(expected);
    expect(expected.filter((value) => value < 0)).toEqual([]);
  });

  const none: ApplyAllEntry[] = [];
  for (const [what, entries] of [
    ["a request without entries", none],
    ["a request of 101 entries", Array.from({ length: 101 }, (_, index) => entry(`c${index}`, get()))],
    ["the same counter twice", [entry("a", increment(1)), entry("b", get()), entry("a", increment(1))]],
  ] as const) {
    test(`${what} is refused, and changes nothing`, async () => {
      const store = await createStore();
      expect(await codeOf(applyAll(store, { entries }))).toEqual("invalid-input");
      expect(await entriesOf(store)).toEqual([]);
    });
  }
}

function entry(id: string, ...commands: readonly Command[]): ApplyAllEntry {
  return { id, commands };
}

async function applyAll(store: CounterStore, request: ApplyAllRequest): Promise<ApplyAllResult> {
  if (store.applyAll === undefined)
    throw new TypeError("The store declares applyAll, and has no such method.");
  return store.applyAll(request);
}

/** Asks again as long as the store is busy: concurrent requests may be in each other's way. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isCounterError(error, "throttled")) throw error;
    }
  }
}

async function valuesOf(store: CounterStore, ids: readonly string[]): Promise<number[]> {
  const values: number[] = [];
  for (const id of ids) values.push(await store.get(id, { consistent: true }));
  return values;
}

/** The details of the refusal of a request. */
async function detailsOf(attempted: Promise<unknown>): Promise<unknown> {
  try {
    return await attempted;
  } catch (error) {
    return isCounterError(error, "limit-exceeded") ? error.details : error;
  }
}

function attempt<T>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    return isCounterError(error) ? error.code : String(error);
  }
}

type Random = ReturnType<typeof seededRandom>;

function randomEntry(id: string, random: Random): ApplyAllEntry {
  const commands = Array.from({ length: random(1, 3) }, () => {
    const amount = random(0, 9);
    return [get(), increment(amount), decrement(amount)][random(0, 2)] ?? get();
  });
  const min = random(-12, 3);
  const bounds: readonly Limits[] = [{}, { min }, { max: min + 10 }, { min, max: min + 12 }];
  return {
    id,
    commands,
    limits: { ...bounds[random(0, 3)], onLimit: random(0, 1) === 0 ? "reject" : "clamp" },
  };
}
