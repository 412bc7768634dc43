import { describe, expect, test } from "vitest";
import {
  CounterError,
  CounterWindow,
  increment,
  inWindow,
  refuseWindow,
  storedCounter,
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

describe("a method without windows", () => {
  test.each([
    ["of the store", window, {}],
    ["of the call", undefined, { window }],
  ])("refuses the window %s", (_, own, options) => {
    expect(() => refuseWindow(own, "hold", options)).toThrow(
      'options.window is "hour", and hold has no windows; call it without "window", of a store without "window". [invalid-input]',
    );
  });

  test("refuses what is no window, too, and takes no window", () => {
    expect(() => refuseWindow(undefined, "hold", { window: null })).toThrow("options.window is");
    refuseWindow(undefined, "hold", { consistent: true });
    refuseWindow(undefined, "hold");
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
