import { decrement, get, increment } from "@durable-counter/core";
import { calendarWindow } from "@durable-counter/core/windows";
import { FakeContext, MemoryCounterStore, simulate } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { createCounterHandler, durableCounter, durableStore } from "./index.ts";
import { withApply } from "./with-apply.fixture.ts";

const window = calendarWindow({ per: "day", timeZone: "Europe/Zurich" });
const NOON = Date.parse("2026-11-27T11:00Z");
const MIDNIGHT = Date.parse("2026-11-27T23:00Z");
const NEXT_MIDNIGHT = MIDNIGHT + 86_400_000;
const id = "customer-7";

describe("a durable counter with windows", () => {
  test("counts in the current window, and in the one that has the request's issuedAt", async () => {
    let now = NOON;
    const store = new MemoryCounterStore({ now: () => now });
    const context = new FakeContext();
    const today = durableCounter(context, { store, id, window });
    expect(await today.increment(2)).toBe(2);
    now = MIDNIGHT;
    expect(await today.increment(3)).toBe(3);
    const late = durableCounter(context, { store, id, window, idempotencyKey: "order-1", issuedAt: NOON });
    expect(await late.increment(5)).toBe(7);
    expect(await today.get()).toBe(3);
    expect(await store.get(id)).toBe(0);
  });

  test("tells in the result of a batch when the window ends, and what remains", async () => {
    const store = new MemoryCounterStore({ window, now: () => NOON });
    const counter = durableCounter(new FakeContext(), { store, id, limits: { max: 10 } });
    expect(await counter.batch([increment(4), decrement(1)])).toMatchObject({
      value: 3,
      resetsAt: MIDNIGHT,
      remaining: 7,
    });
  });
});

describe.each(["command", "batch"] as const)("a counter handler with windows and a step per %s", (steps) => {
  test("counts an event in the window in which it was issued, and tells its end", async () => {
    const store = new MemoryCounterStore({ now: () => MIDNIGHT });
    const handler = createCounterHandler({ store, window, steps, limits: { max: 10 } });
    const commands = [increment(4), get()];
    const payload = { counterId: id, commands, idempotencyKey: "order-1", issuedAt: MIDNIGHT - 1 };
    const { result } = await simulate(handler, { payload });
    const results = [
      { type: "increment", before: 0, after: 4 },
      { type: "get", before: 4, after: 4 },
    ];
    expect(result).toEqual({ value: 4, results, resetsAt: MIDNIGHT, remaining: 6 });
    const { result: next } = await simulate(handler, { payload: { counterId: id, commands } });
    expect(next).toEqual({ value: 4, results, resetsAt: NEXT_MIDNIGHT, remaining: 6 });
  });
});

describe("a durable store with windows", () => {
  test("passes windows on, and what a result says of them", async () => {
    let now = NOON;
    const store = new MemoryCounterStore({ now: () => now, limits: { max: 10 } });
    const durable = durableStore(new FakeContext(), store);
    expect(durable.supportsWindows).toBe(true);
    const first = await durable.apply({ id, commands: [increment(4)], window });
    expect(first).toMatchObject({ value: 4, resetsAt: MIDNIGHT, remaining: 6 });
    expect([await durable.get(id, { window }), await durable.get(id)]).toEqual([4, 0]);
    now = MIDNIGHT;
    expect(await durable.get(id, { window })).toBe(0);
    now = NOON;
    await durable.delete(id, { window });
    expect(await store.get(id, { window })).toBe(0);
  });

  test("has the window of its store, and counts in that of the request's issuedAt", async () => {
    const store = new MemoryCounterStore({ now: () => MIDNIGHT, window });
    const durable = durableStore(new FakeContext(), store, { idempotencyKey: "order-1", issuedAt: NOON });
    expect(await durable.apply({ id, commands: [increment()] })).toMatchObject({ resetsAt: MIDNIGHT });
    expect(await store.get(id)).toBe(0);
  });

  test("refuses a window that its store would ignore", async () => {
    const plain = { ...withApply(), supportsWindows: undefined };
    const context = new FakeContext();
    const durable = durableStore(context, plain);
    expect(durable.supportsWindows).toBeUndefined();
    const remedy = 'window is "day Europe/Zurich"; pass a store whose "supportsWindows" is true';
    const calls = [
      () => durable.apply({ id, commands: [increment()], window }),
      () => durable.get(id, { window }),
      () => durable.delete(id, { window }),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow(remedy);
    expect(context.operations).toEqual([]);
  });
});

describe("a window", () => {
  const plain = { ...withApply(), supportsWindows: undefined };

  test.each([
    ["of a counter in the execution", { window }, 'pass "window" only with a "store"'],
    [
      "of a store that has none",
      { window, store: plain, id },
      'options.window is "day Europe/Zurich"; pass a store whose "supportsWindows" is true',
    ],
    [
      "that is none",
      { window: { per: "day" }, store: new MemoryCounterStore(), id },
      'options.window is {"per":"day"}; pass calendarWindow(…)',
    ],
  ])("%s is refused, with path, value and remedy", (_, options, message) => {
    // The options are wrong on purpose.
    expect(() => durableCounter(new FakeContext(), options as never)).toThrow(message);
    const { id: _id, ...handlerOptions } = { id: undefined, ...options };
    expect(() => createCounterHandler(handlerOptions as never)).toThrow(message);
  });
});
