import { decrement, increment } from "@durable-counter/core";
import { codeOf, type Contract } from "./contract.ts";

const WRITERS = 32;

/** Rules for concurrent requests: they take effect one after another, in some order. */
export function concurrencyContract({ test, expect, createStore }: Contract): void {
  test("none of 32 concurrent writers is lost, and no two have the same value before", async () => {
    const store = await createStore();
    const receipts = await Promise.all(
      upTo(WRITERS, () => store.apply({ id: "a", commands: [increment(3), decrement(1)] })),
    );
    expect(await store.get("a", { consistent: true })).toEqual(2 * WRITERS);
    const befores = receipts.map(({ results }) => results[0]?.before ?? NaN).toSorted((a, b) => a - b);
    expect(befores).toEqual(upTo(WRITERS, (index) => 2 * index));
  });

  test("none of 32 concurrent writers with keys is lost, and each key is known afterwards", async () => {
    const store = await createStore();
    const requests = upTo(WRITERS, (index) => ({
      id: "a",
      commands: [increment(1)],
      idempotencyKey: `token-${index}`,
    }));
    const firsts = await Promise.all(requests.map((request) => store.apply(request)));
    const retries = await Promise.all(requests.map((request) => store.apply(request)));
    expect(await store.get("a", { consistent: true })).toEqual(WRITERS);
    expect(retries).toEqual(firsts.map((first) => ({ ...first, replayed: true })));
  });

  test("concurrent retries count once and get the same answer", async () => {
    const store = await createStore();
    await store.apply({ id: "a", commands: [increment(10)] });
    const request = { id: "a", commands: [increment(5)], idempotencyKey: "t" };
    const receipts = await Promise.all(upTo(8, () => store.apply(request)));
    expect(receipts.filter(({ replayed }) => !replayed).length).toEqual(1);
    expect(receipts.map(({ value, results }) => ({ value, results }))).toEqual(
      upTo(8, () => ({ value: 15, results: [{ type: "increment", before: 10, after: 15 }] })),
    );
    expect(await store.get("a", { consistent: true })).toEqual(15);
  });

  test("concurrent retries count once on a counter that does not exist yet", async () => {
    const store = await createStore({ initial: 1 });
    const request = { id: "a", commands: [increment(5)], idempotencyKey: "t" };
    const receipts = await Promise.all(upTo(8, () => store.apply(request)));
    expect(receipts.filter(({ replayed }) => !replayed).length).toEqual(1);
    expect(receipts.map(({ value }) => value)).toEqual(upTo(8, () => 6));
    expect(await store.get("a", { consistent: true })).toEqual(6);
  });

  test("of concurrent requests with the same idempotency key and different commands one counts, and the others are refused", async () => {
    const store = await createStore();
    const codes = await Promise.all(
      upTo(8, (index) =>
        codeOf(store.apply({ id: "a", commands: [increment(2 ** index)], idempotencyKey: "t" })),
      ),
    );
    const winner = codes.findIndex((code) => code !== "idempotency-key-reused");
    expect(codes.filter((code) => code === "idempotency-key-reused").length).toEqual(7);
    expect(await store.get("a", { consistent: true })).toEqual(2 ** winner);
  });

  test("concurrent decrements never pass a minimum, and as many succeed as it allows", async () => {
    const store = await createStore({ limits: { min: 0 }, initial: 21 });
    const attempts = upTo(16, () => store.apply({ id: "a", commands: [decrement(2)] }));
    const codes = await Promise.all(attempts.map((attempt) => codeOf(attempt)));
    expect(codes.filter((code) => code === "limit-exceeded").length).toEqual(6);
    const applied = (await Promise.allSettled(attempts)).filter(({ status }) => status === "fulfilled");
    expect(applied.length).toEqual(10);
    expect(await store.get("a", { consistent: true })).toEqual(1);
  });

  test("concurrent clamped writers stop at the limit, and none is refused or lost", async () => {
    const store = await createStore({ limits: { max: 5, onLimit: "clamp" } });
    const receipts = await Promise.all(upTo(8, () => store.apply({ id: "a", commands: [increment(1)] })));
    expect(receipts.map(({ value }) => value).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 5, 5, 5]);
    expect(await store.get("a", { consistent: true })).toEqual(5);
  });

  test("writers of different counters do not affect each other", async () => {
    const store = await createStore();
    await Promise.all(
      upTo(WRITERS, (index) => store.apply({ id: `${index % 4}`, commands: [increment(index)] })),
    );
    const values = await Promise.all(upTo(4, (id) => store.get(`${id}`, { consistent: true })));
    expect(values).toEqual([112, 120, 128, 136]);
  });
}

function upTo<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index));
}
