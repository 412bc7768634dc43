import { decrement, increment, type CounterStore } from "@durable-counter/core";
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

describe.each(Object.entries(stores))("a store %s", (_, create) => {
  test("gives back a hold to the window in which it was issued, also after its end", async () => {
    let now = Date.UTC(2026, 10, 27, 23, 59);
    const store = await create({ window, now: () => now, initial: 10, limits: { min: 0 } });
    const end = Date.UTC(2026, 10, 28);
    const place = (idempotencyKey: string, expiresIn: number) =>
      store.hold?.({ id: "a", amount: 2, expiresIn, idempotencyKey });
    expect(await place("committed", 600)).toMatchObject({ value: 8, resetsAt: end });
    await place("released", 600);
    await place("expired", 600);
    expect([await store.get("a"), await store.held?.("a")]).toEqual([4, 6]);
    now = end + 1_000;
    expect([await store.get("a"), await store.held?.("a")]).toEqual([10, 0]);
    expect(await place("committed", 600)).toMatchObject({ replayed: true, resetsAt: end });
    const commit = { id: "a", holdId: "committed", amount: 1 };
    expect(await store.commit?.(commit)).toEqual({ value: 5, replayed: false, resetsAt: end });
    expect(await store.commit?.(commit)).toEqual({ value: 5, replayed: true, resetsAt: end });
    expect(await store.release?.({ id: "a", holdId: "released" })).toMatchObject({ value: 7, resetsAt: end });
    now += 600_000;
    expect([await store.get("a"), await store.held?.("a")]).toEqual([10, 0]);
    now = end - 1;
    expect(await store.get("a")).toBe(9);
  });

  test("refuses a hold that would outlast the next window, and changes nothing", async () => {
    const store = await create({ window });
    const placed = store.hold?.({ id: "a", amount: 1, expiresIn: 40 * 3_600, idempotencyKey: "h" });
    await expect(placed).rejects.toThrow("request.expiresIn is 144000; pass at most 129600 now");
    expect(await store.get("a")).toBe(0);
  });

  test("counts several entries in the window in which the request was issued, and a retry nowhere else", async () => {
    let now = Date.UTC(2026, 10, 27, 23, 59);
    const store = await create({ window, now: () => now, limits: { max: 9 } });
    const month = calendarWindow({ per: "month" });
    const request = {
      entries: [
        { id: "a", commands: [increment(2)] },
        { id: "a", commands: [increment(2)], window: month },
      ],
      idempotencyKey: "t",
    };
    const first = await store.applyAll?.(request);
    expect(first?.results).toMatchObject([
      { value: 2, remaining: 7, resetsAt: Date.UTC(2026, 10, 28) },
      { value: 2, remaining: 7, resetsAt: Date.UTC(2026, 11, 1) },
    ]);
    now += 120_000;
    expect(await store.applyAll?.(request)).toEqual({ ...first, replayed: true });
    expect([await store.get("a"), await store.get("a", { window: month })]).toEqual([0, 2]);
    const late = { ...request, idempotencyKey: "late", issuedAt: now - 119_000 };
    expect((await store.applyAll?.(late))?.results).toMatchObject([{ value: 4 }, { value: 4 }]);
    expect(Array.from((await store.getMany?.(["a", "b"])) ?? [])).toEqual([
      ["a", 0],
      ["b", 0],
    ]);
    expect((await store.getMany?.(["a"], { window: month }))?.get("a")).toBe(4);
    const full = { entries: [{ id: "b", commands: [increment(10)] }] };
    await expect(store.applyAll?.(full)).rejects.toMatchObject({
      code: "limit-exceeded",
      details: { entry: 0, id: "b", resetsAt: Date.UTC(2026, 10, 29) },
    });
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
