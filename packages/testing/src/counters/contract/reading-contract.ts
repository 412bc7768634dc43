import { decrement, get, increment } from "@durable-counter/core";
import { codeOf, entriesOf, sorted, type Contract } from "./contract.ts";

/** Rules for reading, listing and deleting. */
export function readingContract({ test, expect, createStore }: Contract): void {
  test("a consistent get returns every write that was acknowledged before it", async () => {
    const store = await createStore();
    for (let value = 1; value <= 5; value++) {
      await store.apply({ id: "a", commands: [increment(1)] });
      expect(await store.get("a", { consistent: true })).toEqual(value);
    }
  });

  test("an inconsistent get returns a value that the counter had", async () => {
    const store = await createStore();
    await store.apply({ id: "a", commands: [increment(5)] });
    await store.apply({ id: "a", commands: [decrement(2)] });
    expect([0, 5, 3].includes(await store.get("a"))).toEqual(true);
    expect([0, 5, 3].includes(await store.get("a", { consistent: false }))).toEqual(true);
  });

  test("a get of a counter that was never written returns the initial value and creates nothing", async () => {
    const store = await createStore({ initial: -4 });
    expect(await store.get("a")).toEqual(-4);
    expect(await store.get("a", { consistent: true })).toEqual(-4);
    expect(await entriesOf(store)).toEqual([]);
  });

  test("a batch that only reads returns the value and creates nothing", async () => {
    const store = await createStore({ initial: 2 });
    const at = (value: number) => ({
      value,
      results: [
        { type: "get", before: value, after: value },
        { type: "get", before: value, after: value },
      ],
      replayed: false,
    });
    expect(await store.apply({ id: "a", commands: [get(), get()] })).toEqual(at(2));
    expect(await store.apply({ id: "a", commands: [get(), get()], initial: 9 })).toEqual(at(9));
    expect(await entriesOf(store)).toEqual([]);
    await store.apply({ id: "a", commands: [increment(3)] });
    expect(await store.apply({ id: "a", commands: [get(), get()], initial: 9 })).toEqual(at(5));
  });

  test("the list of an empty store is empty", async () => {
    const store = await createStore({ initial: 5 });
    expect(await entriesOf(store)).toEqual([]);
  });

  test("the list has every counter once, with its value, whatever its id is", async () => {
    const store = await createStore();
    const ids = [
      ..."a A a# #a a/b a.b 0 -1 null id value __proto__ constructor".split(" "),
      "a b",
      " ",
      '"quoted"',
      "\u00e9",
      "e\u0301",
      "счётчик",
      "計数器",
      "🧮",
      "🧮".repeat(256),
      "x".repeat(256),
    ];
    const written = ids.map((id, index) => [id, index - 3] as const);
    for (const [id, value] of written) {
      await store.apply({
        id,
        commands: [value < 0 ? decrement(-value) : increment(value)],
        idempotencyKey: "t",
      });
      await store.apply({ id, commands: [increment(1), decrement(1)] });
    }
    expect(await entriesOf(store)).toEqual(sorted(written));
    const values = await Promise.all(ids.map((id) => store.get(id, { consistent: true })));
    expect(values).toEqual(written.map(([, value]) => value));
  });

  test("a list can be left early, and written to at the same time", async () => {
    const store = await createStore();
    for (const id of ["a", "b", "c"]) await store.apply({ id, commands: [increment(1)] });
    for await (const { id } of store.list()) {
      await store.apply({ id, commands: [increment(1)] });
      break;
    }
    for await (const { id } of store.list()) await store.delete(id);
    expect(await entriesOf(store)).toEqual([]);
  });

  test("a deleted counter is not listed, and starts at its initial value again", async () => {
    const store = await createStore({ initial: 10 });
    await store.apply({ id: "a", commands: [increment(1)] });
    await store.apply({ id: "b", commands: [increment(2)] });
    await store.delete("a");
    expect(await entriesOf(store)).toEqual([["b", 12]]);
    expect(await store.get("a", { consistent: true })).toEqual(10);
    expect((await store.apply({ id: "a", commands: [increment(5)] })).value).toEqual(15);
  });

  test("a deleted counter's keys are forgotten, and no other keys", async () => {
    const store = await createStore();
    for (const id of ["a", "b"]) await store.apply({ id, commands: [increment(1)], idempotencyKey: "t" });
    await store.delete("a");
    const again = await store.apply({ id: "a", commands: [increment(7)], idempotencyKey: "t" });
    expect({ value: again.value, replayed: again.replayed }).toEqual({ value: 7, replayed: false });
    expect((await store.apply({ id: "b", commands: [increment(1)], idempotencyKey: "t" })).replayed).toEqual(
      true,
    );
  });

  test("a call whose signal has aborted changes nothing, and is unavailable", async () => {
    const store = await createStore();
    const request = { id: "a", commands: [increment(1)], idempotencyKey: "t" };
    await store.apply({ ...request, id: "b" });
    const options = { signal: AbortSignal.abort() };
    const list = async () => {
      for await (const entry of store.list(options)) return entry;
    };
    const codes = [
      await codeOf(store.apply(request, options)),
      await codeOf(store.apply({ id: "b", commands: [get()] }, options)),
      await codeOf(store.get("b", options)),
      await codeOf(store.get("b", { ...options, consistent: true })),
      await codeOf(store.delete("b", options)),
      await codeOf(list()),
    ];
    expect(codes).toEqual(codes.map(() => "unavailable"));
    expect(await entriesOf(store)).toEqual([["b", 1]]);
    expect((await store.apply(request)).replayed).toEqual(false);
  });

  test("deleting a counter that does not exist does nothing", async () => {
    const store = await createStore();
    await store.apply({ id: "a", commands: [increment(1)] });
    await store.delete("b");
    await store.delete("b");
    expect(await entriesOf(store)).toEqual([["a", 1]]);
  });
}
