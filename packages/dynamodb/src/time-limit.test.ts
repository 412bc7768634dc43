import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isOutOfTime, TimeLimit, untilAborted } from "./time-limit.ts";

const never = () => new Promise<never>(() => undefined);

describe("a time limit", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const start = (limit: TimeLimit, work = never, signal?: AbortSignal) => {
    const call = { endedAt: Number.NaN, isOutOfTime: false };
    void limit
      .run(signal, (ending) => untilAborted(ending, work))
      .catch((error: unknown) => {
        Object.assign(call, { endedAt: performance.now(), isOutOfTime: isOutOfTime(error) });
      });
    return call;
  };

  test("ends every call when its own time is over, at most 1 % late, however many began with it", async () => {
    const begin = performance.now();
    const limit = new TimeLimit(10_000);
    const calls = [];
    for (const delay of [0, 1_234, 3_000]) {
      await vi.advanceTimersByTimeAsync(delay);
      calls.push({ call: start(limit), begunAt: performance.now() - begin });
    }
    await vi.advanceTimersByTimeAsync(20_000);
    for (const { call, begunAt } of calls) {
      expect(call.isOutOfTime).toBe(true);
      expect(call.endedAt - begin).toBeGreaterThanOrEqual(begunAt + 10_000);
      expect(call.endedAt - begin).toBeLessThanOrEqual(begunAt + 10_100);
    }
  });

  test("ends no call that is done, and its timer is gone with the last", async () => {
    const limit = new TimeLimit(10_000);
    let signal: AbortSignal | undefined;
    await limit.run(undefined, async (ending) => (signal = ending));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(signal?.aborted).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
    expect(start(limit).endedAt).toBeNaN();
    await vi.advanceTimersByTimeAsync(10_100);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("does not call it over when the caller aborts", async () => {
    const controller = new AbortController();
    const call = start(new TimeLimit(10_000), never, controller.signal);
    controller.abort();
    await vi.advanceTimersByTimeAsync(1);
    expect(call).toMatchObject({ isOutOfTime: false, endedAt: expect.any(Number) });
    expect(call.endedAt).not.toBeNaN();
  });
});

describe("the timer of a time limit", () => {
  const setTimer = setTimeout;
  const liveTimers = () => process.getActiveResourcesInfo().filter((type) => type === "Timeout").length;

  test("keeps the process alive during a call, and not after it", async () => {
    const before = liveTimers();
    const limit = new TimeLimit(60_000);
    for (let calls = 0; calls < 2; calls++) {
      await limit.run(undefined, async () => expect(liveTimers()).toBe(before + 1));
      expect(liveTimers()).toBe(before);
    }
  });

  test("may be a number, as in the test environment of a browser", async () => {
    vi.stubGlobal("setTimeout", (...from: Parameters<typeof setTimeout>) => Number(setTimer(...from)));
    try {
      const limit = new TimeLimit(100);
      for (let calls = 0; calls < 2; calls++)
        expect(await limit.run(undefined, async () => calls)).toBe(calls);
      const late = limit.run(undefined, (ending) => untilAborted(ending, never));
      expect(await late.catch(isOutOfTime)).toBe(true);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
