import { decrement, get, increment } from "@durable-counter/core";
import { codeOf, entriesOf, refusal, type Contract } from "./contract.ts";

/**
 * Rules for refusals: a refused request does not use its idempotency key, but its refusal is final for a named caller.
 */
export function refusalContract({ test, expect, createStore }: Contract): void {
  test("a refused batch does not use its idempotency key", async () => {
    const store = await createStore({ limits: { max: 5 } });
    const request = { id: "a", commands: [increment(4)], idempotencyKey: "t" };
    await store.apply({ id: "a", commands: [increment(3)] });
    expect(await codeOf(store.apply(request))).toEqual("limit-exceeded");
    expect(await codeOf(store.apply(request))).toEqual("limit-exceeded");
    await store.apply({ id: "a", commands: [decrement(3)] });
    expect(await store.apply(request)).toEqual({
      value: 4,
      results: [{ type: "increment", before: 0, after: 4 }],
      replayed: false,
    });
  });

  test("the idempotency key of a refused batch can be used with other commands", async () => {
    const store = await createStore({ limits: { max: 5 } });
    expect(await codeOf(store.apply({ id: "a", commands: [increment(6)], idempotencyKey: "t" }))).toEqual(
      "limit-exceeded",
    );
    expect((await store.apply({ id: "a", commands: [increment(5)], idempotencyKey: "t" })).replayed).toEqual(
      false,
    );
  });

  test("a refusal is final for its caller, whatever the value and the limits are later", async () => {
    const store = await createStore({ limits: { max: 5 } });
    const request = { id: "a", commands: [get(), increment(4)], idempotencyKey: "t", callerId: "c" };
    await store.apply({ id: "a", commands: [increment(3)] });
    const first = await refusal(store.apply(request));
    expect(first.code).toEqual("limit-exceeded");
    await store.apply({ id: "a", commands: [decrement(2)] });
    expect(await refusal(store.apply(request))).toEqual(first);
    expect(await refusal(store.apply({ ...request, limits: {} }))).toEqual(first);
    expect(await refusal(store.apply({ ...request, initial: 50 }))).toEqual(first);
    expect(await codeOf(store.apply({ ...request, commands: [increment(1)] }))).toEqual(
      "idempotency-key-reused",
    );
    expect(await store.get("a", { consistent: true })).toEqual(1);
  });

  test("a refusal of a clamped batch at the edge of the safe integers is final too", async () => {
    const store = await createStore({ initial: Number.MAX_SAFE_INTEGER });
    const limits = { min: 0, onLimit: "clamp" } as const;
    const request = { id: "a", commands: [increment(1)], idempotencyKey: "t", callerId: "c", limits };
    const first = await refusal(store.apply(request));
    await store.apply({ id: "a", commands: [decrement(10)] });
    expect(await refusal(store.apply(request))).toEqual(first);
  });

  test("a final refusal creates no counter, and does not set its initial value", async () => {
    const store = await createStore({ limits: { min: 0 } });
    const request = { id: "a", commands: [decrement(1)], idempotencyKey: "t", callerId: "c" };
    expect(await codeOf(store.apply(request))).toEqual("limit-exceeded");
    expect(await entriesOf(store)).toEqual([]);
    expect(await store.get("a", { consistent: true })).toEqual(0);
    expect((await store.apply({ id: "a", commands: [increment(1)], initial: 7 })).value).toEqual(8);
    expect(await codeOf(store.apply(request))).toEqual("limit-exceeded");
  });

  test("a refusal does not concern other callers, or requests without a caller", async () => {
    const store = await createStore({ limits: { max: 5 } });
    for (const [id, other] of [
      ["a", { callerId: "d" }],
      ["b", {}],
    ] as const) {
      const request = { id, commands: [increment(6)], idempotencyKey: "t" };
      expect(await codeOf(store.apply({ ...request, callerId: "c" }))).toEqual("limit-exceeded");
      const { value, results, replayed } = await store.apply({ ...request, ...other, limits: {} });
      expect({ value, replayed }).toEqual({ value: 6, replayed: false });
      expect(await store.apply({ ...request, callerId: "c" })).toEqual({ value, results, replayed: true });
    }
  });

  test("a refusal stays final for its caller after refusals to other callers", async () => {
    const store = await createStore({ limits: { max: 5 } });
    const ask = (callerId: string) =>
      codeOf(store.apply({ id: "a", commands: [increment(4)], idempotencyKey: "t", callerId }));
    await store.apply({ id: "a", commands: [increment(3)] });
    for (const callerId of ["c", "d", "c"]) expect(await ask(callerId)).toEqual("limit-exceeded");
    await store.apply({ id: "a", commands: [decrement(3)] });
    for (const callerId of ["c", "d"]) expect(await ask(callerId)).toEqual("limit-exceeded");
    expect(await store.get("a", { consistent: true })).toEqual(0);
  });

  test("a refusal concerns its caller and its key, whatever the two are when they are joined", async () => {
    const store = await createStore({ limits: { max: 5 } });
    const between = ["", " ", "/", ":", "#", "|", "-", "_", ".", ",", "::", '","'];
    for (const [index, text] of between.entries()) {
      const id = `a${index}`;
      const refused = { idempotencyKey: "c", callerId: `a${text}b` };
      expect(await codeOf(store.apply({ id, commands: [increment(6)], ...refused }))).toEqual(
        "limit-exceeded",
      );
      const other = { idempotencyKey: `b${text}c`, callerId: "a" };
      expect((await store.apply({ id, commands: [increment(2)], ...other })).value).toEqual(2);
    }
  });

  test("the refusals of a deleted counter are forgotten", async () => {
    const store = await createStore({ limits: { max: 5 } });
    const request = { id: "a", commands: [increment(3)], idempotencyKey: "t", callerId: "c" };
    await store.apply({ id: "a", commands: [increment(3)] });
    expect(await codeOf(store.apply(request))).toEqual("limit-exceeded");
    await store.delete("a");
    expect((await store.apply(request)).value).toEqual(3);
  });
}
