import { decrement, get, increment } from "@durable-counter/core";
import { codeOf, entriesOf, type Contract } from "./contract.ts";

const MAX = Number.MAX_SAFE_INTEGER;
const MIN = Number.MIN_SAFE_INTEGER;

/** Rules for limits: no value, not even an intermediate one, passes a limit or ±(2^53 − 1). */
export function limitContract({ test, expect, createStore }: Contract): void {
  test("the limits themselves can be reached", async () => {
    const store = await createStore({ limits: { min: -2, max: 3 } });
    const { results } = await store.apply({ id: "a", commands: [increment(3), decrement(5)] });
    expect(results.map(({ after }) => after)).toEqual([3, -2]);
  });

  test("an intermediate value that passes a limit refuses the batch, though the last value would not", async () => {
    const store = await createStore({ limits: { min: -3, max: 3 } });
    expect(await codeOf(store.apply({ id: "a", commands: [increment(5), decrement(5)] }))).toEqual(
      "limit-exceeded",
    );
    expect(await codeOf(store.apply({ id: "a", commands: [decrement(5), increment(5)] }))).toEqual(
      "limit-exceeded",
    );
    expect(await entriesOf(store)).toEqual([]);
    expect((await store.apply({ id: "a", commands: [increment(3), decrement(3)] })).value).toEqual(0);
  });

  test("a refusal names the counter, its value and the limit", async () => {
    const store = await createStore({ limits: { min: 0 }, initial: 3 });
    await store.apply({ id: "cart-7", commands: [increment(1)] });
    const refused = store.apply({ id: "cart-7", commands: [decrement(9)] });
    expect(await codeOf(refused, '"cart-7"', "at 4", "is 0")).toEqual("limit-exceeded");
  });

  test("clamping stops every intermediate value at the limit, not only the last", async () => {
    const store = await createStore({ limits: { min: -1, max: 3, onLimit: "clamp" } });
    expect(
      await store.apply({ id: "a", commands: [increment(5), decrement(1), increment(9), decrement(9)] }),
    ).toEqual({
      value: -1,
      results: [
        { type: "increment", before: 0, after: 3 },
        { type: "decrement", before: 3, after: 2 },
        { type: "increment", before: 2, after: 3 },
        { type: "decrement", before: 3, after: -1 },
      ],
      replayed: false,
    });
    expect(await store.get("a", { consistent: true })).toEqual(-1);
  });

  test("a value outside of its limits can come back, and cannot move further away", async () => {
    const store = await createStore();
    await store.apply({ id: "a", commands: [increment(10)] });
    const limits = { max: 3 };
    const back = await store.apply({ id: "a", commands: [decrement(2), increment(0), get()], limits });
    expect(back.value).toEqual(8);
    expect(await codeOf(store.apply({ id: "a", commands: [increment(1)], limits }))).toEqual(
      "limit-exceeded",
    );
    expect(await codeOf(store.apply({ id: "a", commands: [decrement(6), increment(2)], limits }))).toEqual(
      "limit-exceeded",
    );
    expect((await store.apply({ id: "a", commands: [decrement(6), increment(1)], limits })).value).toEqual(3);
  });

  test("clamping leaves a value outside of its limits unchanged, and lets it come back", async () => {
    const store = await createStore();
    await store.apply({ id: "a", commands: [decrement(10)] });
    const limits = { min: -3, onLimit: "clamp" } as const;
    const { results } = await store.apply({
      id: "a",
      commands: [decrement(1), increment(2), increment(9)],
      limits,
    });
    expect(results.map(({ after }) => after)).toEqual([-10, -8, 1]);
  });

  test("the limits of a request replace those of the store, both of them", async () => {
    const store = await createStore({ limits: { min: 0, max: 5 } });
    expect(await codeOf(store.apply({ id: "a", commands: [increment(3)], limits: { max: 2 } }))).toEqual(
      "limit-exceeded",
    );
    expect((await store.apply({ id: "a", commands: [decrement(1)], limits: { max: 2 } })).value).toEqual(-1);
    expect((await store.apply({ id: "a", commands: [increment(9)], limits: {} })).value).toEqual(8);
    expect(await codeOf(store.apply({ id: "a", commands: [increment(1)] }))).toEqual("limit-exceeded");
  });

  test("a counter starts at the store's initial value", async () => {
    const store = await createStore({ initial: 40 });
    expect(await store.get("a", { consistent: true })).toEqual(40);
    const { results } = await store.apply({ id: "a", commands: [increment(2)] });
    expect(results).toEqual([{ type: "increment", before: 40, after: 42 }]);
  });

  test("the initial value of a request takes precedence over the store's, and counts only the first time", async () => {
    const store = await createStore({ initial: 40 });
    expect((await store.apply({ id: "a", commands: [increment(1)], initial: 0 })).value).toEqual(1);
    expect((await store.apply({ id: "a", commands: [increment(1)], initial: 500 })).value).toEqual(2);
    expect((await store.apply({ id: "a", commands: [decrement(2)] })).value).toEqual(0);
    expect((await store.apply({ id: "a", commands: [increment(1)] })).value).toEqual(1);
  });

  test("2^53 − 1 and its negative are reached exactly and never passed", async () => {
    const store = await createStore();
    expect((await store.apply({ id: "up", commands: [increment(MAX)] })).value).toEqual(MAX);
    expect((await store.apply({ id: "down", commands: [decrement(MAX)] })).value).toEqual(MIN);
    for (const commands of [[increment(1)], [increment(2)], [decrement(1), increment(3)], [increment(MAX)]]) {
      expect(await codeOf(store.apply({ id: "up", commands }))).toEqual("limit-exceeded");
    }
    for (const commands of [[decrement(1)], [decrement(2)], [increment(1), decrement(3)], [decrement(MAX)]]) {
      expect(await codeOf(store.apply({ id: "down", commands }))).toEqual("limit-exceeded");
    }
    expect(await entriesOf(store)).toEqual([
      ["down", MIN],
      ["up", MAX],
    ]);
  });

  test("clamping at one limit keeps the range of safe integers at the other", async () => {
    const store = await createStore({ limits: { min: 0, onLimit: "clamp" }, initial: MAX - 1 });
    expect(await codeOf(store.apply({ id: "a", commands: [increment(2)] }))).toEqual("limit-exceeded");
    expect((await store.apply({ id: "a", commands: [increment(1)] })).value).toEqual(MAX);
  });

  test("a batch can pass the whole range of safe integers, and is exact", async () => {
    const store = await createStore();
    const { results } = await store.apply({
      id: "a",
      commands: [increment(MAX), increment(MAX - 2), decrement(1)],
      initial: MIN,
    });
    expect(results.map(({ after }) => after)).toEqual([0, MAX - 2, MAX - 3]);
    expect(await store.get("a", { consistent: true })).toEqual(MAX - 3);
  });
}
