import {
  CounterError,
  decrement,
  get,
  increment,
  type ApplyRequest,
  type CounterStore,
} from "@durable-counter/core";
import { expect, test } from "vitest";
import { MemoryCounterStore } from "./memory-counter-store.ts";
import { checkLinearizable } from "./check-counter-history.ts";
import { counterModel } from "./counter-model.ts";
import { recordHistory } from "./record-history.ts";

/** A store whose next answers are lost, or whose next calls fail. */
class TroubledStore extends MemoryCounterStore {
  readonly troubles: (Error | undefined)[] = [];
  isApplied = true;

  override async apply(request: ApplyRequest) {
    const trouble = this.troubles.shift();
    if (trouble !== undefined && !this.isApplied) throw trouble;
    const applyResult = await super.apply(request);
    if (trouble !== undefined) throw trouble;
    return applyResult;
  }
}

test("records the process, the input, the times and the outcome of each call", async () => {
  const store = recordHistory(new MemoryCounterStore());
  await Promise.all([
    store.as("A").apply({ id: "c", commands: [increment(2)], idempotencyKey: "t" }),
    store.as("B").get("c", { consistent: true }),
  ]);
  await store.delete("c");
  const applyResult = { value: 2, results: [{ type: "increment", before: 0, after: 2 }], replayed: false };
  expect(store.history).toEqual([
    {
      key: "c",
      process: "A",
      start: 1,
      end: 3,
      input: { commands: [increment(2)], idempotencyKey: "t" },
      output: applyResult,
      outcome: "ok",
    },
    { key: "c", process: "B", start: 2, end: 4, input: { type: "get" }, output: 2, outcome: "ok" },
    { key: "c", start: 5, end: 6, input: { type: "delete" }, output: undefined, outcome: "ok" },
  ]);
  expect(checkLinearizable(store.history).linearizable).toBe(true);
});

test("returns what the store returns", async () => {
  const store = recordHistory(new MemoryCounterStore({ initial: 1 }));
  expect(await store.apply({ id: "c", commands: [increment()] })).toMatchObject({
    value: 2,
    replayed: false,
  });
  expect(await store.get("c")).toBe(2);
  const entries = [];
  for await (const entry of store.list()) entries.push(entry);
  expect(entries).toEqual([{ id: "c", value: 2 }]);
  expect(await store.delete("c")).toBeUndefined();
});

test("records a refusal as an output", async () => {
  const store = recordHistory(new MemoryCounterStore({ limits: { min: 0 } }));
  await expect(store.apply({ id: "c", commands: [decrement()] })).rejects.toThrow("[limit-exceeded]");
  expect(store.history).toMatchObject([{ outcome: "ok", output: "limit-exceeded" }]);
  expect(checkLinearizable(store.history, counterModel({ limits: { min: 0 } })).linearizable).toBe(true);
  expect(checkLinearizable(store.history).linearizable).toBe(false);
});

test.each([
  ["throttled", "failed"],
  ["unavailable", "failed"],
  ["idempotency-key-expired", "failed"],
  ["misconfigured", "failed"],
  ["outcome-unknown", "unknown"],
] as const)("%s has the outcome %s", async (code, outcome) => {
  const broken = new TroubledStore();
  broken.troubles.push(new CounterError(code, "Trouble."));
  const store = recordHistory(broken);
  await expect(store.apply({ id: "c", commands: [increment()] })).rejects.toThrow("Trouble.");
  expect(store.history).toMatchObject([{ outcome }]);
  expect(store.history[0]).not.toHaveProperty("output");
});

test("the outcome of a call is unknown while it runs, and after another kind of error", async () => {
  const broken = new TroubledStore();
  broken.troubles.push(new TypeError("socket hang up"));
  const store = recordHistory(broken);
  await expect(store.apply({ id: "c", commands: [increment()] })).rejects.toThrow("socket hang up");
  const pending = store.apply({ id: "c", commands: [increment()] });
  expect(store.history).toMatchObject([{ outcome: "unknown" }, { outcome: "unknown" }]);
  expect(checkLinearizable(store.history).linearizable).toBe(true);
  await pending;
});

test("a retry after a lost reply is one count, whether or not the first call was applied", async () => {
  for (const isApplied of [true, false]) {
    const lossy = new TroubledStore();
    Object.assign(lossy, { isApplied }).troubles.push(new CounterError("outcome-unknown", "Lost."));
    const store = recordHistory(lossy);
    const request = { id: "c", commands: [increment()], idempotencyKey: "t" };
    await expect(store.apply(request)).rejects.toThrow("Lost.");
    expect(await store.apply(request)).toMatchObject({ value: 1, replayed: isApplied });
    expect(await store.get("c", { consistent: true })).toBe(1);
    expect(checkLinearizable(store.history).linearizable).toBe(true);
  }
});

test("a store that counts a retry again is not linearizable", async () => {
  const lossy = new TroubledStore();
  lossy.troubles.push(new CounterError("outcome-unknown", "Lost."));
  const forgetful: CounterStore = {
    apply: ({ idempotencyKey: _idempotencyKey, ...request }) => lossy.apply(request),
    get: (id) => lossy.get(id),
    delete: (id) => lossy.delete(id),
    list: () => lossy.list(),
  };
  const store = recordHistory(forgetful);
  const request = { id: "cart-7", commands: [increment()], idempotencyKey: "t" };
  await expect(store.apply(request)).rejects.toThrow("Lost.");
  await store.apply(request);
  expect(checkLinearizable(store.history)).toHaveProperty(
    "message",
    `
Not linearizable: no order explains the answers of this operation on "cart-7".

  increment 1, idempotencyKey "t": 1 → 2  ├──┤

The other one does not matter: it is so whether or not it took effect.`.trimStart(),
  );
});

test("leaves out inconsistent reads and invalid requests", async () => {
  const store = recordHistory(new MemoryCounterStore());
  await store.get("c");
  // A caller without types may pass anything.
  await expect(store.apply({ id: "c" } as unknown as ApplyRequest)).rejects.toThrow("[invalid-input]");
  await expect(store.get("", { consistent: true })).rejects.toThrow("[invalid-input]");
  await expect(store.delete("")).rejects.toThrow("[invalid-input]");
  expect(store.history).toEqual([]);
});

test("does not depend on later changes to a request or a result", async () => {
  const store = recordHistory(new MemoryCounterStore());
  const commands = [increment()];
  const pending = store.apply({ id: "c", commands });
  commands.push(get());
  Object.assign(await pending, { value: -1 });
  Object.assign(store.history[0] ?? {}, { output: -1 });
  expect(store.history).toMatchObject([{ input: { commands: [increment()] }, output: { value: 1 } }]);
});
