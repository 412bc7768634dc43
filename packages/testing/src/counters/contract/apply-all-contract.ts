import {
  applyEntries,
  decrement,
  get,
  increment,
  isCounterError,
  type ApplyAllEntry,
} from "@durable-counter/core";
import { seededRandom } from "../../seeded-random.ts";
import { applyAllKeysContract } from "./apply-all-keys-contract.ts";
import { randomCommand, randomLimits } from "./batch-contract.ts";
import { codeOf, entriesOf, type Contract } from "./contract.ts";
import { applyAll, detailsOf, entry, valuesOf } from "./several-counters.ts";

/** Rules for `applyAll`: several counters change together or not at all, once per idempotency key. */
export function applyAllContract(contract: Contract): void {
  const { test, expect, createStore } = contract;
  applyAllKeysContract(contract);

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
      const entries = (ids.length === 0 ? ["a"] : ids).map((id): ApplyAllEntry => {
        const commands = Array.from({ length: random(1, 3) }, () => randomCommand(random));
        return { id, commands, limits: randomLimits(random) };
      });
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

function attempt<T>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    return isCounterError(error) ? error.code : String(error);
  }
}
