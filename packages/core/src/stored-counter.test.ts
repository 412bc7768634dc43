import { describe, expect, test } from "vitest";
import {
  applyBatch,
  decrement,
  get,
  increment,
  parseInput,
  storedCounter,
  ApplyRequest,
  Limits,
  type CounterStore,
} from "./index.ts";

/** The least store there can be: one value, no keys. What it was asked is the law here, not what it keeps. */
function recordingStore() {
  const requests: ApplyRequest[] = [];
  let value: number | undefined;
  const store: Pick<CounterStore, "apply"> = {
    apply: async (request) => {
      requests.push(request);
      parseInput(ApplyRequest, request, "request");
      const result = applyBatch(value ?? request.initial ?? 0, request.commands, request.limits);
      value = result.value;
      return { ...result, replayed: false };
    },
  };
  return { requests, store: store as CounterStore };
}

describe("a stored counter", () => {
  test("sends every operation as one batch, with its limits and initial value", async () => {
    const { requests, store } = recordingStore();
    const counter = storedCounter(store, "cart-7", { limits: { min: 0 }, initial: 5 });
    expect(await counter.increment()).toBe(6);
    expect(await counter.decrement(4)).toBe(2);
    expect(await counter.get()).toBe(2);
    expect(await counter.batch([increment(3), get()])).toEqual({
      value: 5,
      results: [
        { type: "increment", before: 2, after: 5 },
        { type: "get", before: 5, after: 5 },
      ],
    });
    await expect(counter.decrement(6)).rejects.toThrow(/\[limit-exceeded\]/u);
    expect(requests.map(({ commands }) => commands)).toEqual([
      [increment()],
      [decrement(4)],
      [get()],
      [increment(3), get()],
      [decrement(6)],
    ]);
    expect(
      requests.every(({ id, limits, initial }) => id === "cart-7" && limits?.min === 0 && initial === 5),
    ).toBe(true);
  });

  test("gives the calls of a request keys of their own, the same each time it is handled", async () => {
    const { requests, store } = recordingStore();
    for (let handled = 0; handled < 2; handled++) {
      const counter = storedCounter(store, "cart-7", { idempotencyKey: "order-1" });
      await counter.increment();
      await counter.get();
    }
    expect(requests.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      "order-1/0",
      "order-1/1",
      "order-1/0",
      "order-1/1",
    ]);
  });

  test.each([{ issuedAt: 5 }, { callerId: "message-1" }])(
    "passes on %o with its idempotency key, and refuses it without",
    async (more) => {
      const { requests, store } = recordingStore();
      await storedCounter(store, "cart-7", { idempotencyKey: "order-1", ...more }).increment();
      expect(requests[0]).toMatchObject({ idempotencyKey: "order-1/0", ...more });
      const [name] = Object.keys(more);
      expect(() => storedCounter(store, "cart-7", more)).toThrow(
        `pass "${name}" only with an "idempotencyKey"`,
      );
    },
  );

  test("refuses an amount before it asks the store", async () => {
    const { requests, store } = recordingStore();
    await expect(storedCounter(store, "a").increment(-1)).rejects.toThrow(
      "increment.amount is -1; pass a whole number",
    );
    expect(requests).toEqual([]);
  });

  test.each([
    ["", undefined, undefined, 'id is ""; pass 1 to 256 printable characters'],
    ["a", { min: 2, max: 1 }, undefined, 'options.limits is {"min":2,"max":1}; let min be at most max'],
    ["a", { min: 0.5 }, undefined, "options.limits.min is 0.5; pass a whole number within ±9007199254740991"],
    ["a", { onLimit: "wrap" }, undefined, 'options.limits.onLimit is "wrap"; pass "reject" or "clamp"'],
    [
      "a",
      { minimum: 0 },
      undefined,
      'options.limits has the unknown key "minimum"; pass only "min", "max" and "onLimit"',
    ],
    ["a", undefined, Number.NaN, "options.initial is NaN; pass a whole number within ±9007199254740991"],
    [
      "a",
      { min: 1 },
      0,
      'options is {"limits":{"min":1},"initial":0}; let "initial" lie within "limits". [invalid-input]',
    ],
  ])("refuses what cannot be, when it is made", (id, limits, initial, message) => {
    const options = {
      ...(limits && { limits: limits as Limits }),
      ...(initial !== undefined && { initial }),
    };
    expect(() => storedCounter(recordingStore().store, id, options)).toThrow(message);
  });

  test("says which options there are, where one is misspelt", () => {
    const options = { tokn: "t" } as object;
    expect(() => storedCounter(recordingStore().store, "a", options)).toThrow(
      'options has the unknown key "tokn"; pass only "limits", "initial", "idempotencyKey", "issuedAt" and "callerId". [invalid-input]',
    );
  });
});
