import { decrement, get, increment, set } from "@durable-counter/core";
import { codeOf, entriesOf, type Contract } from "./contract.ts";

/** Rules for `set`: it gives the counter a value, whatever the value before, and tells the value before. */
export function setContract({ test, expect, createStore }: Contract): void {
  test("a set replaces the value, and its result has the value before", async () => {
    const store = await createStore({ initial: 4 });
    for (const [before, after] of [
      [4, 10],
      [10, -3],
      [-3, 0],
      [0, 0],
    ] as const) {
      expect(await store.apply({ id: "a", commands: [set(after)] })).toEqual({
        value: after,
        results: [{ type: "set", before, after }],
        replayed: false,
      });
    }
    expect(await entriesOf(store)).toEqual([["a", 0]]);
  });

  test("commands before and after a set take effect in order", async () => {
    const store = await createStore();
    await store.apply({ id: "a", commands: [increment(7)] });
    const commands = [increment(2), set(20), get(), decrement(5), set(1), increment(1)];
    const { value, results } = await store.apply({ id: "a", commands });
    expect(results.map(({ before, after }) => [before, after])).toEqual([
      [7, 9],
      [9, 20],
      [20, 20],
      [20, 15],
      [15, 1],
      [1, 2],
    ]);
    expect([value, await store.get("a", { consistent: true })]).toEqual([2, 2]);
  });

  test("a set beyond a limit refuses its batch, and the refusal names the value and the limit", async () => {
    const store = await createStore({ limits: { min: 0, max: 10 }, initial: 3 });
    for (const [commands, fault] of [
      [[set(12)], "12; its maximum is 10"],
      [[set(-2)], "-2; its minimum is 0"],
      [[set(12), set(5)], "12; its maximum is 10"],
      [[increment(1), set(-2), increment(9)], "-2; its minimum is 0"],
    ] as const) {
      const refused = store.apply({ id: "cart-7", commands });
      expect(await codeOf(refused, '"cart-7"', fault)).toEqual("limit-exceeded");
    }
    expect(await entriesOf(store)).toEqual([]);
  });

  test("a set does not excuse a command before or after it that passes a limit", async () => {
    const store = await createStore({ limits: { min: 0, max: 10 }, initial: 3 });
    for (const commands of [
      [decrement(4), set(5)],
      [increment(8), set(5)],
      [set(5), increment(6), decrement(6)],
      [set(5), decrement(6)],
    ])
      expect(await codeOf(store.apply({ id: "a", commands }))).toEqual("limit-exceeded");
    expect((await store.apply({ id: "a", commands: [decrement(3), set(10), decrement(10)] })).value).toEqual(
      0,
    );
  });

  test("a value outside of its limits is set within them, and not outside, however near", async () => {
    const store = await createStore();
    await store.apply({ id: "a", commands: [set(20)] });
    const limits = { max: 10 };
    for (const value of [20, 11])
      expect(await codeOf(store.apply({ id: "a", commands: [set(value)], limits }))).toEqual(
        "limit-exceeded",
      );
    const { results } = await store.apply({ id: "a", commands: [set(10)], limits });
    expect(results).toEqual([{ type: "set", before: 20, after: 10 }]);
  });

  test("clamping sets the nearest limit", async () => {
    const store = await createStore({ limits: { min: -1, max: 3, onLimit: "clamp" } });
    const { results } = await store.apply({ id: "a", commands: [set(9), set(-9), set(2), increment(9)] });
    expect(results.map(({ after }) => after)).toEqual([3, -1, 2, 3]);
    expect(await store.get("a", { consistent: true })).toEqual(3);
  });

  test("a retry of a set gets the first result and sets nothing, whatever was written since", async () => {
    const store = await createStore({ limits: { max: 10, onLimit: "clamp" } });
    await store.apply({ id: "a", commands: [increment(4)] });
    const requests = [
      { id: "a", commands: [set(7)], idempotencyKey: "t" },
      { id: "a", commands: [decrement(1), set(15), decrement(2)], idempotencyKey: "u" },
    ];
    const firsts = [];
    for (const request of requests) firsts.push(await store.apply(request));
    expect(firsts.map(({ results }) => results[0]?.before)).toEqual([4, 7]);
    await store.apply({ id: "a", commands: [set(1)] });
    for (const [index, request] of requests.entries())
      expect(await store.apply({ ...request, limits: {} })).toEqual({ ...firsts[index], replayed: true });
    expect(await store.get("a", { consistent: true })).toEqual(1);
  });

  test("an idempotency key tells a set from other commands, and from a set of another value", async () => {
    const store = await createStore();
    await store.apply({ id: "a", commands: [set(2)], idempotencyKey: "t" });
    for (const commands of [[set(-2)], [set(3)], [increment(2)], [set(2), get()], [get(), set(2)]])
      expect(await codeOf(store.apply({ id: "a", commands, idempotencyKey: "t" }))).toEqual(
        "idempotency-key-reused",
      );
  });

  test("2^53 − 1 and its negative can be set, from anywhere", async () => {
    const store = await createStore();
    const [max, min] = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    for (const value of [max, min, max, 0])
      expect((await store.apply({ id: "a", commands: [set(value)] })).value).toEqual(value);
    expect(await codeOf(store.apply({ id: "a", commands: [set(max), increment(1)] }))).toEqual(
      "limit-exceeded",
    );
  });

  test("concurrent sets and increments take effect one after another", async () => {
    const store = await createStore();
    const results = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        store.apply({ id: "a", commands: [index % 2 === 0 ? set(1_000 * index) : increment(1)] }),
      ),
    );
    // No two values after are the same, so the values before tell in which order the requests took effect.
    const end = await store.get("a", { consistent: true });
    const befores = results.map(({ results: [first] }) => first?.before ?? NaN);
    const ascending = (values: readonly number[]) => values.toSorted((a, b) => a - b);
    expect(ascending([...befores, end])).toEqual(ascending([0, ...results.map(({ value }) => value)]));
  });
}
