import { describe, expect, test } from "vitest";
import { createVirtualClock } from "./virtual-clock.ts";

const HOUR_MS = 3_600_000;

describe("the virtual clock", () => {
  test("jumps to the next sleeper when nothing else can go on", async () => {
    const clock = createVirtualClock(1_000);
    const order: string[] = [];
    const sleeper = async (name: string, ms: number) => {
      await clock.sleep(ms);
      order.push(`${name} at ${clock.now()}`);
      await clock.sleep(HOUR_MS);
      order.push(`${name} at ${clock.now()}`);
    };
    await Promise.all([sleeper("late", 20), sleeper("early", 10)]);
    expect(order).toEqual(["early at 1010", "late at 1020", "early at 3601010", "late at 3601020"]);
  });

  test("wakes those who are due at the same time in the order in which they fell asleep", async () => {
    const clock = createVirtualClock(0);
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        await clock.sleep(index % 2);
        order.push(index);
      }),
    );
    const even = Array.from({ length: 25 }, (_, index) => 2 * index);
    expect(order).toEqual([...even, ...even.map((index) => index + 1)]);
  });

  test("stands still while promises go on", async () => {
    const clock = createVirtualClock(0);
    const sleeping = clock.sleep(5);
    for (let turn = 0; turn < 1_000; turn++) await Promise.resolve();
    expect(clock.now()).toBe(0);
    await sleeping;
    expect(clock.now()).toBe(5);
  });

  test("ends a sleep whose signal aborts, with its reason, and does not wait for it any more", async () => {
    const clock = createVirtualClock(0);
    const controller = new AbortController();
    const sleeping = clock.sleep(HOUR_MS, { signal: controller.signal });
    await clock.sleep(1);
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(clock.sleep(1, { signal: controller.signal })).rejects.toBe(reason);
    await clock.untilIdle();
    expect(clock.now()).toBe(1);
  });

  test("is idle when nobody sleeps any more", async () => {
    const clock = createVirtualClock(0);
    let isAwake = false;
    const sleeping = clock
      .sleep(5)
      .then(() => clock.sleep(5))
      .then(() => (isAwake = true));
    await clock.untilIdle();
    expect([isAwake, clock.now()]).toEqual([true, 10]);
    await sleeping;
  });

  test.each([-1, Number.NaN])("refuses to sleep for %d ms", async (ms) => {
    await expect(createVirtualClock(0).sleep(ms)).rejects.toThrow(`ms is ${ms}; pass milliseconds from 0.`);
  });
});
