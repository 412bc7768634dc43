import { decrement, get, increment, set } from "@durable-counter/core";
import { codeOf, entriesOf, type Contract } from "./contract.ts";

/** Rules for idempotency keys: a request with a key counts once, and every retry gets the first answer. */
export function idempotencyContract({ test, expect, createStore }: Contract): void {
  test("a retry gets the first result, replayed, and counts nothing", async () => {
    const store = await createStore({ initial: 7 });
    const request = { id: "a", commands: [increment(2), get(), decrement(5)], idempotencyKey: "t" };
    const first = await store.apply(request);
    expect(first.replayed).toEqual(false);
    for (let retry = 0; retry < 3; retry++) {
      expect(await store.apply(request)).toEqual({ ...first, replayed: true });
    }
    expect(await store.get("a", { consistent: true })).toEqual(4);
  });

  test("a retry gets the first result after other writes", async () => {
    const store = await createStore();
    const request = { id: "a", commands: [increment(2)], idempotencyKey: "t" };
    const first = await store.apply(request);
    await store.apply({ id: "a", commands: [increment(100)] });
    await store.apply({ id: "a", commands: [decrement(1)], idempotencyKey: "u" });
    expect(await store.apply(request)).toEqual({ ...first, replayed: true });
    expect(await store.get("a", { consistent: true })).toEqual(101);
  });

  test("every idempotency key is remembered, not only the last one", async () => {
    const store = await createStore();
    const requests = Array.from({ length: 20 }, (_, index) => ({
      id: "a",
      commands: [increment(index)],
      idempotencyKey: `token-${index}`,
    }));
    const firsts = [];
    for (const request of requests) firsts.push(await store.apply(request));
    for (const [index, request] of requests.entries()) {
      expect(await store.apply(request)).toEqual({ ...firsts[index], replayed: true });
    }
    expect(await store.get("a", { consistent: true })).toEqual(190);
  });

  test("the same commands count again with another idempotency key, and without one", async () => {
    const store = await createStore();
    const request = { id: "a", commands: [increment(1)] };
    const receipts = [
      await store.apply({ ...request, idempotencyKey: "t" }),
      await store.apply({ ...request, idempotencyKey: "T" }),
      await store.apply(request),
      await store.apply(request),
    ];
    expect(receipts.map(({ value, replayed }) => ({ value, replayed }))).toEqual(
      [1, 2, 3, 4].map((value) => ({ value, replayed: false })),
    );
  });

  test("commands are the same in any order of their properties", async () => {
    const store = await createStore();
    await store.apply({ id: "a", commands: [{ type: "increment", amount: 2 }], idempotencyKey: "t" });
    const retry = await store.apply({
      idempotencyKey: "t",
      commands: [{ amount: 2, type: "increment" }],
      id: "a",
    });
    expect(retry.replayed).toEqual(true);
  });

  test("an idempotency key with other commands is refused and counts nothing", async () => {
    const store = await createStore();
    await store.apply({ id: "a", commands: [increment(2), increment(1)], idempotencyKey: "t" });
    const others = [
      [increment(3)],
      [increment(1), increment(2)],
      [increment(2), increment(1), get()],
      [increment(2), decrement(1)],
      [get()],
      [set(3)],
    ];
    for (const commands of others) {
      expect(await codeOf(store.apply({ id: "a", commands, idempotencyKey: "t" }))).toEqual(
        "idempotency-key-reused",
      );
    }
    expect(await store.get("a", { consistent: true })).toEqual(3);
  });

  test("the refusal of a reused idempotency key names the key and the counter", async () => {
    const store = await createStore();
    await store.apply({ id: "cart-7", commands: [increment(2)], idempotencyKey: "order-9" });
    const reused = store.apply({ id: "cart-7", commands: [increment(3)], idempotencyKey: "order-9" });
    expect(await codeOf(reused, '"cart-7"', '"order-9"')).toEqual("idempotency-key-reused");
  });

  test("the same idempotency key on two counters is two keys", async () => {
    const store = await createStore();
    await store.apply({ id: "a", commands: [increment(1)], idempotencyKey: "t" });
    const other = await store.apply({ id: "b", commands: [increment(2)], idempotencyKey: "t" });
    expect({ value: other.value, replayed: other.replayed }).toEqual({ value: 2, replayed: false });
    expect((await store.apply({ id: "a", commands: [increment(1)], idempotencyKey: "t" })).replayed).toEqual(
      true,
    );
    expect(await entriesOf(store)).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
  });

  test("a retry gets the first result after the limits were tightened", async () => {
    const store = await createStore({ limits: { min: 0, max: 10 } });
    const request = { id: "a", commands: [increment(8), decrement(1)], idempotencyKey: "t" };
    const first = await store.apply(request);
    expect(await store.apply({ ...request, limits: { max: 3 } })).toEqual({ ...first, replayed: true });
    await store.apply({ id: "a", commands: [increment(3)] });
    expect(await store.apply(request)).toEqual({ ...first, replayed: true });
  });

  test("a retry of a clamped batch gets the first result, whatever the limits are now", async () => {
    const store = await createStore({ limits: { max: 10, onLimit: "clamp" } });
    const request = { id: "a", commands: [increment(15), decrement(1)], idempotencyKey: "t" };
    const first = await store.apply(request);
    expect(first.results.map(({ after }) => after)).toEqual([10, 9]);
    expect(await store.apply({ ...request, limits: { max: 3, onLimit: "clamp" } })).toEqual({
      ...first,
      replayed: true,
    });
    expect(await store.apply({ ...request, limits: { max: 3 } })).toEqual({ ...first, replayed: true });
    expect(await store.apply({ ...request, limits: {} })).toEqual({ ...first, replayed: true });
  });

  test("a retry with another initial value gets the first result", async () => {
    const store = await createStore();
    const request = { id: "a", commands: [increment(1)], idempotencyKey: "t" };
    const first = await store.apply({ ...request, initial: 5 });
    expect(await store.apply({ ...request, initial: 50 })).toEqual({ ...first, replayed: true });
    expect(await store.apply(request)).toEqual({ ...first, replayed: true });
  });

  test("a batch that only reads keeps its first result if it has an idempotency key", async () => {
    const store = await createStore({ initial: 3 });
    const request = { id: "a", commands: [get(), get()], idempotencyKey: "t" };
    const first = await store.apply(request);
    expect(first.value).toEqual(3);
    await store.apply({ id: "a", commands: [increment(1)] });
    expect(await store.apply(request)).toEqual({ ...first, replayed: true });
  });

  test("every printable idempotency key works, also one that looks like a part of the storage", async () => {
    const store = await createStore();
    const keys = [
      ..."v t id ID pk sk key value ttl idempotencyKey keys version shard #t :v $set a.b a[0] __proto__ constructor".split(
        " ",
      ),
      " ",
      '"quoted"',
      "\u00e9",
      "e\u0301",
      "счётчик",
      "🧮".repeat(256),
      "x".repeat(256),
      "x".repeat(255),
    ];
    for (const idempotencyKey of keys)
      await store.apply({ id: "a", commands: [increment(1)], idempotencyKey });
    for (const [index, idempotencyKey] of keys.entries()) {
      const { value, replayed } = await store.apply({ id: "a", commands: [increment(1)], idempotencyKey });
      expect({ idempotencyKey, value, replayed }).toEqual({
        idempotencyKey,
        value: index + 1,
        replayed: true,
      });
    }
    expect(await entriesOf(store)).toEqual([["a", keys.length]]);
  });
}
