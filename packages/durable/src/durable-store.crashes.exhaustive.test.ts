import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { decrement, get, increment, isCounterError, type CounterStore } from "@durable-counter/core";
import { crashable, exploreCrashes, MemoryCounterStore, simulate } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { CapableStore } from "./capable-store.fixture.ts";
import { durableStore } from "./index.ts";

/** A store that can be replaced, and at whose calls the process can crash. */
function crashableStore() {
  let current = new CapableStore({ initial: 10 });
  const methods = "apply get delete list getMany hold commit release held applyAll".split(" ");
  // A store is a proxy for the current one, so that its methods are found before there is a current one.
  const store = new Proxy(current, {
    get: (_, name) => {
      const member: unknown = Reflect.get(current, name);
      return typeof member === "function" && methods.includes(String(name)) ? member.bind(current) : member;
    },
  });
  return {
    store: crashable<CounterStore>(store, "store"),
    empty: () => void (current = new CapableStore({ initial: 10 })),
    valueOf: (id: string) => current.get(id),
  };
}

const listOf = async (store: CounterStore) => {
  const ids: string[] = [];
  for await (const { id } of store.list()) ids.push(id);
  return ids.toSorted();
};

describe("a durable store, wherever the process crashes", () => {
  test.each([1, 2] as const)("makes each call once: %i crashes", async (crashes) => {
    const at = crashableStore();
    const handler = withDurableExecution(async (_event: unknown, context) => {
      const store = durableStore(context, at.store);
      const { replayed } = await store.apply({ id: "a", commands: [increment(5)] });
      const hold = await store.hold?.({ id: "a", amount: 4, expiresIn: 60 });
      if (crashes === 2) return { replayed, hold: hold?.value };
      await context.wait({ seconds: 1 });
      const holdId = hold?.holdId ?? "";
      const committed = await store.commit?.({ id: "a", holdId, amount: 3 });
      const moved = await store.applyAll?.({
        entries: [
          { id: "a", commands: [decrement(2)] },
          { id: "b", commands: [increment(2)] },
        ],
      });
      const values = await store.getMany?.(["b", "a"]);
      return {
        values: [committed?.value, ...(moved?.results ?? []).map(({ value }) => value), ...(values ?? [])],
        ids: await listOf(store),
        replayed: [replayed, hold?.replayed, moved?.replayed],
      };
    });
    const { failures, points, unreached } = await exploreCrashes(handler, {
      crashes,
      beforeEach: at.empty,
      check: async ({ status, result }) => {
        expect(status).toBe("SUCCEEDED");
        if (crashes === 2) {
          expect(result).toEqual({ replayed: false, hold: 11 });
          expect(await at.valueOf("a")).toBe(11);
          return;
        }
        expect(result).toEqual({
          values: [12, 10, 12, ["b", 12], ["a", 10]],
          ids: ["a", "b"],
          replayed: [false, false, false],
        });
        expect([await at.valueOf("a"), await at.valueOf("b")]).toEqual([10, 12]);
      },
    });
    expect(failures.map(({ message }) => message)).toEqual([]);
    expect(unreached).toBe(0);
    expect(points).toBeGreaterThan(crashes === 1 ? 20 : 9);
  });

  test("makes calls once that are concurrent, refused, or in the branches of a map", async () => {
    const at = crashableStore();
    const handler = withDurableExecution(async (_event: unknown, context) => {
      const store = durableStore(context, at.store);
      const request = (amount: number) => ({ id: "a", commands: [increment(amount)] });
      await Promise.all([store.apply(request(1)), store.apply(request(2)), store.get("b")]);
      await context.map([1, 2], async (branch) => durableStore(branch, at.store).apply(request(10)));
      const refused = { id: "a", commands: [decrement(99)], limits: { min: 0 } };
      return store.apply(refused).catch((error: unknown) => isCounterError(error, "limit-exceeded"));
    });
    const { failures } = await exploreCrashes(handler, {
      beforeEach: at.empty,
      check: async ({ result }) => {
        expect(result).toBe(true);
        expect(await at.valueOf("a")).toBe(33);
      },
    });
    expect(failures.map(({ message }) => message)).toEqual([]);
  });

  test("counts an event that is delivered twice once", async () => {
    const at = crashableStore();
    const handler = withDurableExecution(async (_event: unknown, context) => {
      const store = durableStore(context, at.store, { idempotencyKey: "order-1" });
      const { value } = await store.apply({ id: "a", commands: [increment(5)] });
      await store.applyAll?.({ entries: [{ id: "b", commands: [increment(1)] }] });
      return [value, (await store.apply({ id: "a", commands: [get()] })).value];
    });
    const { failures } = await exploreCrashes(handler, {
      beforeEach: at.empty,
      check: async ({ result }) => {
        const again = await simulate(handler, { executionName: "the-other-delivery" });
        expect([result, again.result]).toEqual([
          [15, 15],
          [15, 15],
        ]);
        expect([await at.valueOf("a"), await at.valueOf("b")]).toEqual([15, 11]);
      },
    });
    expect(failures.map(({ message }) => message)).toEqual([]);
  });

  test("is found to count twice by the same exploration if the store is told no keys", async () => {
    let memory = new MemoryCounterStore();
    const forgetful: CounterStore = {
      apply: ({ id, commands }) => memory.apply({ id, commands }),
      get: (id) => memory.get(id),
      delete: (id) => memory.delete(id),
      list: () => memory.list(),
    };
    const handler = withDurableExecution(async (_event: unknown, context) =>
      durableStore(context, crashable(forgetful, "store")).apply({ id: "a", commands: [increment(5)] }),
    );
    const { failures } = await exploreCrashes(handler, {
      beforeEach: () => void (memory = new MemoryCounterStore()),
      check: async () => expect(await memory.get("a")).toBe(5),
    });
    expect(failures.length).toBeGreaterThan(0);
  });
});
