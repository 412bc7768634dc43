import { decrement, increment, isCounterError, type CounterStore } from "@durable-counter/core";
import { calendarWindow } from "@durable-counter/core/windows";
import { MemoryCounterStore } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { createSimulation, NO_LATENCY } from "./simulated.fixture.ts";

const window = calendarWindow({ per: "day" });
const START = Date.UTC(2026, 10, 27, 12);

const stores = {
  "in DynamoDB": async (options: object) => {
    const { createStore } = await createSimulation({ latencyMs: NO_LATENCY, startAt: START });
    return createStore(options) as CounterStore;
  },
  "in memory": async (options: object) => new MemoryCounterStore({ now: () => START, ...options }),
};

async function refusalOf(call: () => Promise<unknown> | undefined): Promise<string> {
  try {
    return `It succeeded: ${JSON.stringify(await call())}`;
  } catch (error) {
    return isCounterError(error, "invalid-input") ? error.message : `Another error: ${String(error)}`;
  }
}

/** The calls that have no windows. */
const calls: Readonly<Record<string, (store: CounterStore, more: object) => Promise<unknown> | undefined>> = {
  hold: (store, more) => store.hold?.({ id: "a", amount: 1, expiresIn: 60, ...more }),
  commit: (store, more) => store.commit?.({ id: "a", holdId: "h", ...more }),
  release: (store, more) => store.release?.({ id: "a", holdId: "h", ...more }),
  applyAll: (store, more) => store.applyAll?.({ entries: [{ id: "a", commands: [increment()], ...more }] }),
  held: (store, more) => store.held?.("a", more),
  getMany: (store, more) => store.getMany?.(["a"], more),
};

describe.each(Object.entries(stores))("a store %s", (_, create) => {
  test.each(Object.entries(calls))("refuses %s with a window, and says what to do", async (name, call) => {
    const ofStore = await create({ window });
    const remedy = `options.window is "day UTC", and ${name} has no windows; call it without "window", of a store without "window".`;
    expect(await refusalOf(() => call(ofStore, {}))).toContain(remedy);
    const store = await create({});
    const refusal = await refusalOf(() => call(store, { window }));
    expect(refusal).toMatch(/unknown key "window"; pass an object with|; call it without "window"/u);
    for (const each of [store, ofStore]) expect(await each.get("a")).toBe(0);
  });

  test("keeps holds and windows of one id apart", async () => {
    const store = await create({ limits: { min: 0 } });
    const request = { id: "a", commands: [increment(5)], idempotencyKey: "t" };
    await store.apply(request);
    await store.apply({ ...request, commands: [increment(9)], window });
    expect(await store.hold?.({ id: "a", amount: 4, expiresIn: 60, idempotencyKey: "h" })).toMatchObject({
      value: 1,
      replayed: false,
    });
    const windowed = await store.apply({ id: "a", commands: [decrement(2)], idempotencyKey: "h", window });
    expect(windowed).toMatchObject({ value: 7, replayed: false });
    await store.delete("a", { window });
    expect([await store.get("a"), await store.held?.("a"), await store.get("a", { window })]).toEqual([
      1, 4, 0,
    ]);
    expect(await store.release?.({ id: "a", holdId: "h" })).toEqual({ value: 5, replayed: false });
    expect(await store.apply({ ...request, commands: [increment(9)], window })).toMatchObject({ value: 9 });
  });
});
