import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  applyBatch,
  CounterError,
  decrement,
  get,
  increment,
  parseInput,
  set,
  storedCounter,
  ApplyRequest,
  Limits,
  type ApplyResult,
  type CounterStore,
} from "./index.ts";

/** A minimal store with one value and no idempotency, which records its requests. */
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

/** A store that applies every request once per key, and then loses the replies that `failNext` asks for. */
function failingStore() {
  const { store } = recordingStore();
  const answered = new Map<string, Promise<ApplyResult>>();
  const keys: (string | undefined)[] = [];
  let failures = 0;
  return {
    keys,
    failNext: (count = 1) => {
      failures = count;
    },
    store: {
      ...store,
      get: async (id: string) => (await store.apply({ id, commands: [get()] })).value,
      apply: async (request: ApplyRequest) => {
        const { idempotencyKey = "" } = request;
        keys.push(idempotencyKey);
        const result = answered.get(idempotencyKey) ?? store.apply(request);
        answered.set(idempotencyKey, result);
        if (failures-- > 0) throw new CounterError("outcome-unknown", "The reply was lost.");
        return result;
      },
    },
  };
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
    expect(await counter.set(9)).toBe(9);
    await expect(counter.set(-1)).rejects.toThrow(/\[limit-exceeded\]/u);
    await expect(counter.set(0.5)).rejects.toThrow("set.value is 0.5; pass a whole number");
    expect(requests.map(({ commands }) => commands)).toEqual([
      [increment()],
      [decrement(4)],
      [get()],
      [increment(3), get()],
      [decrement(6)],
      [set(9)],
      [set(-1)],
    ]);
    expect(
      requests.every(({ id, limits, initial }) => id === "cart-7" && limits?.min === 0 && initial === 5),
    ).toBe(true);
  });

  test("gives each call of a request its own key, the same each time that the request is handled", async () => {
    const { requests, store } = recordingStore();
    for (let delivery = 0; delivery < 2; delivery++) {
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

  test("gives a call that failed, made again with the same commands, the same key", async () => {
    const { keys, failNext, store } = failingStore();
    const counter = storedCounter(store, "cart-7", { idempotencyKey: "order-1" });
    const twice = async (call: () => Promise<number>) => call().catch(call);
    failNext();
    await twice(() => counter.increment(5));
    failNext();
    await twice(() => counter.increment(5));
    await counter.increment(5);
    expect(keys).toEqual(["order-1/0", "order-1/0", "order-1/1", "order-1/1", "order-1/2"]);
    expect(await store.get("cart-7")).toBe(15);
  });

  test("does not give the key of a failed call to other commands, and gives it to one call only", async () => {
    const { keys, failNext, store } = failingStore();
    const counter = storedCounter(store, "cart-7", { idempotencyKey: "order-1" });
    failNext(2);
    await Promise.allSettled([counter.increment(5), counter.increment(5)]);
    await counter.decrement(2);
    await Promise.all([counter.increment(5), counter.increment(5), counter.increment(5)]);
    expect(keys).toEqual(["order-1/0", "order-1/1", "order-1/2", "order-1/0", "order-1/1", "order-1/3"]);
    expect(await store.get("cart-7")).toBe(13);
  });

  test("counts once for any retries of any calls, as far as every call succeeds in the end", async () => {
    const call = fc.record({ amount: fc.integer({ min: 1, max: 3 }), failures: fc.nat({ max: 3 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 8 }), async (calls) => {
        const { failNext, store } = failingStore();
        const counter = storedCounter(store, "cart-7", { idempotencyKey: "order-1" });
        for (const { amount, failures } of calls) {
          failNext(failures);
          for (let failed = 0; failed < failures; failed++) {
            await expect(counter.increment(amount)).rejects.toThrow("[outcome-unknown]");
          }
          await counter.increment(amount);
        }
        expect(await store.get("cart-7")).toBe(calls.reduce((sum, { amount }) => sum + amount, 0));
      }),
    );
  });

  test.each([254, 256])(
    "has valid and different keys for any number of calls, with a key of %d characters",
    async (length) => {
      const { requests, store } = recordingStore();
      for (const last of ["a", "b"]) {
        const counter = storedCounter(store, "cart-7", { idempotencyKey: "🧮".repeat(length - 1) + last });
        for (let call = 0; call < 12; call++) await counter.increment();
      }
      expect(new Set(requests.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(24);
    },
  );

  test.each([{ issuedAt: 5 }, { callerId: "message-1" }])(
    "passes on %o with an idempotency key, and refuses it without",
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

  test("refuses an amount before it calls the store", async () => {
    const { requests, store } = recordingStore();
    await expect(storedCounter(store, "a").increment(-1)).rejects.toThrow(
      "increment.amount is -1; pass a whole number",
    );
    await expect(storedCounter(store, "a").batch([])).rejects.toThrow("commands is []; pass an array");
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
  ])("refuses invalid arguments when it is created", (id, limits, initial, message) => {
    const options = {
      ...(limits && { limits: limits as Limits }),
      ...(initial !== undefined && { initial }),
    };
    expect(() => storedCounter(recordingStore().store, id, options)).toThrow(message);
  });

  test.each(["t", undefined])(
    "passes its signal with every call, with the idempotency key %j",
    async (idempotencyKey) => {
      const signals: unknown[] = [];
      const { store } = recordingStore();
      const watched: CounterStore = {
        ...store,
        apply: (request, options) => {
          signals.push(options?.signal);
          return store.apply(request, options);
        },
      };
      const { signal } = new AbortController();
      const counter = storedCounter(watched, "a", { idempotencyKey, signal });
      await counter.increment();
      await counter.get();
      await storedCounter(watched, "a").increment();
      expect(signals).toEqual([signal, signal, undefined]);
      const options = { signal: 5_000 } as object; // a caller without types may pass anything
      expect(() => storedCounter(store, "a", options)).toThrow(
        "options.signal is 5000; pass an AbortSignal, such as AbortSignal.timeout(5_000). [invalid-input]",
      );
    },
  );

  test("lists its options if one is misspelt", () => {
    const options = { tokn: "t" } as object;
    expect(() => storedCounter(recordingStore().store, "a", options)).toThrow(
      'options has the unknown key "tokn"; pass only "limits", "initial", "idempotencyKey", "issuedAt", "callerId", "window" and "signal". [invalid-input]',
    );
  });
});
