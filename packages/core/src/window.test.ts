import { describe, expect, test } from "vitest";
import {
  ApplyAllRequest,
  checkHoldInWindow,
  CounterError,
  CounterWindow,
  increment,
  inWindow,
  storedCounter,
  withWindowOfStore,
  type ApplyRequest,
  type CounterStore,
} from "./index.ts";

const period = { startsAt: 0, endsAt: 3_600_000 };
const window: CounterWindow = { name: "hour", at: () => period };

describe("the result of a window", () => {
  test("has the end of the window, and what remains of a maximum, which is never negative", () => {
    expect(inWindow({ value: 4 }, period)).toEqual({ value: 4, resetsAt: 3_600_000 });
    const remaining = (value: number, max: number) => inWindow({ value }, period, { max }).remaining;
    expect(remaining(4, 10)).toBe(6);
    expect(remaining(12, 10)).toBe(0);
    expect(remaining(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe("a window", () => {
  test.each([[{ per: "day" }], [{ name: "day" }], [{ name: "", at: () => period }], [null], ["day"]])(
    "is not %j",
    (input) => {
      expect(CounterWindow.safeParse(input).success).toBe(false);
    },
  );
});

describe("a hold in a window", () => {
  const hours: CounterWindow = {
    name: "hour",
    at: (ms) => {
      const startsAt = Math.floor(ms / 3_600_000) * 3_600_000;
      return { startsAt, endsAt: startsAt + 3_600_000 };
    },
  };

  test("lasts until the end of the next window at most", () => {
    checkHoldInWindow(hours, 7_200, 0);
    checkHoldInWindow(hours, 3_600, 3_599_500);
    expect(() => checkHoldInWindow(hours, 3_601, 3_599_500)).toThrow(
      "request.expiresIn is 3601; pass at most 3600 now, because a hold ends before the window after the current one does, and the windows are hour. [invalid-input]",
    );
  });
});

describe("entries for several counters", () => {
  const entry = { id: "a", commands: [increment()] };

  test("have the store's window if they bring none", () => {
    expect(withWindowOfStore([entry], undefined)).toEqual([entry]);
    expect(withWindowOfStore([entry], window)).toEqual([{ ...entry, window }]);
  });

  test("can have one id in different windows", () => {
    const day: CounterWindow = { name: "day", at: () => period };
    const entries = [entry, { ...entry, window }, { ...entry, window: day }];
    expect(ApplyAllRequest.safeParse({ entries }).success).toBe(true);
    expect(withWindowOfStore(entries.slice(1), window)).toEqual(entries.slice(1));
  });

  test("cannot have one id twice in the same window, be it the store's", () => {
    expect(ApplyAllRequest.safeParse({ entries: [entry, { ...entry, window }] }).success).toBe(true);
    expect(() => withWindowOfStore([{ ...entry, window }, entry], window)).toThrow(
      'request.entries[1].id is "a"; pass each counter once, with all of its commands in one entry. [invalid-input]',
    );
    const twice = ApplyAllRequest.safeParse({
      entries: [
        { ...entry, window },
        { ...entry, window },
      ],
    });
    expect(twice.error?.issues[0]?.path).toEqual(["entries", 1, "id"]);
  });
});

describe("a stored counter with a window", () => {
  /** A store that fails once for each key, and tells when it sent the request, as a store with windows does. */
  function createStore() {
    const requests: ApplyRequest[] = [];
    const store: Pick<CounterStore, "apply" | "supportsWindows"> = {
      supportsWindows: true,
      apply: async (request) => {
        requests.push(request);
        const isFirst =
          requests.filter((other) => other.idempotencyKey === request.idempotencyKey).length === 1;
        if (isFirst)
          throw new CounterError("throttled", "Slow down.", { details: { issuedAt: requests.length } });
        return { value: 1, results: [], replayed: false, resetsAt: period.endsAt, remaining: 9 };
      },
    };
    return { requests, store: store as CounterStore };
  }

  test("passes it on, and what the result says of it", async () => {
    const { requests, store } = createStore();
    const counter = storedCounter(store, "a", { window, idempotencyKey: "t" });
    await counter.batch([increment()]).catch(() => undefined);
    expect(await counter.batch([increment()])).toEqual({
      value: 1,
      results: [],
      resetsAt: period.endsAt,
      remaining: 9,
    });
    expect(requests.map((request) => request.window)).toEqual([window, window]);
  });

  test("makes a call again in the window of its first attempt", async () => {
    const { requests, store } = createStore();
    const counter = storedCounter(store, "a", { window, idempotencyKey: "t" });
    await Promise.allSettled([counter.increment(), counter.increment()]);
    await Promise.all([counter.increment(), counter.increment()]);
    expect(requests.map(({ idempotencyKey, issuedAt }) => [idempotencyKey, issuedAt])).toEqual([
      ["t/0", undefined],
      ["t/1", undefined],
      ["t/0", 1],
      ["t/1", 2],
    ]);
  });

  test("makes a call again without a time, if the store told none", async () => {
    const issued: unknown[] = [];
    const store: Pick<CounterStore, "apply" | "supportsWindows"> = {
      supportsWindows: true,
      apply: async ({ issuedAt }) => {
        issued.push(issuedAt);
        throw new TypeError("Broken.");
      },
    };
    const counter = storedCounter(store as CounterStore, "a", { window, idempotencyKey: "t" });
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(counter.increment()).rejects.toThrow("Broken.");
    expect(issued).toEqual([undefined, undefined]);
  });

  test("is refused if the store has no windows, or if it is none", () => {
    const { store } = createStore();
    expect(() => storedCounter({ ...store, supportsWindows: undefined }, "a", { window })).toThrow(
      'options.window is "hour"; pass a store whose "supportsWindows" is true',
    );
    // A caller who does not use types may pass anything.
    expect(() => storedCounter(store, "a", { window: { per: "day" } as never })).toThrow(
      'options.window is {"per":"day"}; pass calendarWindow(…) of "@durable-counter/core/windows". [invalid-input]',
    );
  });
});
