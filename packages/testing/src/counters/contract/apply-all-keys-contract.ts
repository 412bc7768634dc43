import { decrement, get, increment } from "@durable-counter/core";
import { seededRandom } from "../../seeded-random.ts";
import { codeOf, entriesOf, type Contract } from "./contract.ts";
import { applyAll, detailsOf, entry, patiently, valuesOf } from "./several-counters.ts";

/** Rules for the idempotency keys of `applyAll`, for its refusals, and for concurrent requests. */
export function applyAllKeysContract({ test, expect, createStore }: Contract): void {
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
}
