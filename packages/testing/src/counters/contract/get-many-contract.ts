import { increment, type CounterStore } from "@durable-counter/core";
import { codeOf, entriesOf, type Contract } from "./contract.ts";

/** Rules for the capability `getMany`. */
export function getManyContract({ test, expect, createStore }: Contract): void {
  test("reading many counters keeps the order of the ids", async () => {
    const store = await createStore();
    for (const id of ["a", "b", "c"]) await store.apply({ id, commands: [increment(id.charCodeAt(0))] });
    expect(await readMany(store, ["c", "a", "missing", "b"])).toEqual([
      ["c", 99],
      ["a", 97],
      ["missing", 0],
      ["b", 98],
    ]);
  });

  test("reading many counters gives a counter that was never written its initial value, and creates nothing", async () => {
    const store = await createStore({ initial: 7 });
    await store.apply({ id: "b", commands: [increment(1)] });
    expect(await readMany(store, ["a", "b"])).toEqual([
      ["a", 7],
      ["b", 8],
    ]);
    expect(await entriesOf(store)).toEqual([["b", 8]]);
  });

  test("reading a counter twice in one call returns it once", async () => {
    const store = await createStore();
    await store.apply({ id: "a", commands: [increment(2)] });
    expect(await readMany(store, ["b", "a", "b"])).toEqual([
      ["b", 0],
      ["a", 2],
    ]);
  });

  test("reading 250 counters returns each of them", async () => {
    const store = await createStore();
    const ids = Array.from({ length: 250 }, (_, n) => `counter-${n}`);
    for (const [n, id] of ids.entries())
      if (n % 25 === 0) await store.apply({ id, commands: [increment(n)] });
    expect(await readMany(store, ids)).toEqual(ids.map((id, n) => [id, n % 25 === 0 ? n : 0]));
  });

  test("reading many counters takes every id for itself", async () => {
    const store = await createStore();
    const ids = [
      "A",
      "a",
      "\u00e9",
      "e\u0301",
      "a/b",
      "a#",
      " ",
      "__proto__",
      "constructor",
      "🧮".repeat(256),
    ];
    for (const [n, id] of ids.entries()) await store.apply({ id, commands: [increment(n + 1)] });
    expect(await readMany(store, ids)).toEqual(ids.map((id, n) => [id, n + 1]));
  });

  test("a consistent read of many counters returns every acknowledged write", async () => {
    const store = await createStore();
    for (let value = 1; value <= 5; value++) {
      for (const id of ["a", "b"]) await store.apply({ id, commands: [increment(1)] });
      expect(await readMany(store, ["a", "b"])).toEqual([
        ["a", value],
        ["b", value],
      ]);
    }
  });

  test("reading many counters forgets a deleted counter", async () => {
    const store = await createStore({ initial: 3 });
    for (const id of ["a", "b"]) await store.apply({ id, commands: [increment(1)] });
    await store.delete("a");
    expect(await readMany(store, ["a", "b"])).toEqual([
      ["a", 3],
      ["b", 4],
    ]);
  });

  test("reading no counters returns none", async () => {
    expect(await readMany(await createStore(), [])).toEqual([]);
  });

  test("an id that is not valid among many is refused", async () => {
    const read = readMany(await createStore(), ["a", "", "b"]);
    expect(await codeOf(read, 'ids[1] is ""')).toEqual("invalid-input");
  });

  test("ids that are no array are refused", async () => {
    const read = readMany(await createStore(), "abc");
    expect(await codeOf(read, 'ids is "abc"')).toEqual("invalid-input");
  });
}

/** The values of many counters, as pairs in their order. The contract is only tested for a store that has the method. */
async function readMany(store: CounterStore, ids: unknown): Promise<readonly (readonly [string, number])[]> {
  // A caller without types may pass anything.
  const values = await store.getMany?.(ids as readonly string[], { consistent: true });
  return Array.from(values ?? []);
}
