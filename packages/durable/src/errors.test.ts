import { createRequire } from "node:module";
import { NestingType, withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { decrement, increment, isCounterError, type CounterErrorCode } from "@durable-counter/core";
import { MemoryCounterStore, simulate } from "@durable-counter/testing";
import { describe, expect, test, vi } from "vitest";
import { codes, details, failingStore, failureOf, messageOf, RETRYABLE } from "./failing-store.fixture.ts";
import { createCounterHandler, durableCounter } from "./index.ts";

type Fail = (context: DurableContext) => Promise<unknown>;
type Place = (context: DurableContext, fail: Fail) => PromiseLike<unknown>;

/** Those that are retried take ten attempts; one of them tells what all do. */
const tellingCodes = codes.filter((code) => !RETRYABLE[code] || code === "outcome-unknown");

/** Where an error comes through on its way to whoever catches it. */
const places: readonly (readonly [string, Place])[] = [
  ["a child context", (context, fail) => context.runInChildContext("child", fail)],
  [
    "a child context in a child context",
    (context, fail) => context.runInChildContext("outer", (outer) => outer.runInChildContext("inner", fail)),
  ],
  [
    "a virtual child context",
    (context, fail) => context.runInChildContext("virtual", fail, { virtualContext: true }),
  ],
  ["context.promise.all", (context, fail) => context.promise.all("all", [context.runInChildContext(fail)])],
  ["another function, by invoke", (context) => context.invoke("other", {})],
  ["another function's child context, by invoke", (context) => context.invoke("childOfOther", {})],
  ...[NestingType.NESTED, NestingType.FLAT].flatMap((nesting): [string, Place][] => [
    [
      `map, ${nesting}, thrown`,
      async (context, fail) => (await context.map([1, 2], fail, { nesting })).throwIfError(),
    ],
    [
      `map, ${nesting}, one of its errors`,
      async (context, fail) => Promise.reject((await context.map([1], fail, { nesting })).getErrors()[0]),
    ],
    [
      `parallel, ${nesting}, thrown`,
      async (context, fail) => (await context.parallel([fail, fail], { nesting })).throwIfError(),
    ],
    [
      `parallel, ${nesting}, in a map, one of its errors`,
      async (context, fail) => {
        const batch = await context.map([1], async (branch) =>
          (await branch.parallel([fail], { nesting })).throwIfError(),
        );
        throw batch.getErrors()[0];
      },
    ],
  ]),
];

/** All that a program may look at; `is` is the guard, which gives the rest back. */
function told(error: unknown, is = isCounterError) {
  if (!is(error)) return { notOurs: String(error) };
  const { code, message, retryable, details } = error;
  return { code, message, retryable, details };
}

/** Runs `fail` at a place, and tells how it looks there in each invocation, and in the result of the execution. */
async function tellAt(place: Place, fail: Fail, { wrap = withDurableExecution, is = isCounterError } = {}) {
  const seen: unknown[] = [];
  const handler = wrap(async (_event: unknown, context) => {
    const error: unknown = await Promise.resolve(place(context, fail)).catch((thrown: unknown) => thrown);
    seen.push(told(error, is));
    await context.step("go on", async () => "done");
    throw error;
  });
  const functions = {
    other: wrap((_event: unknown, context: DurableContext) => fail(context)),
    childOfOther: wrap((_event: unknown, context: DurableContext) => context.runInChildContext(fail)),
  };
  const { error } = await simulate(handler, { functions, replay: "always" });
  // Live, and at least once from a checkpoint.
  const [live, ...revived] = seen;
  expect(revived.length).toBeGreaterThan(0);
  return { live, revived: revived.at(-1), result: told(error, is) };
}

const everywhere = (expected: unknown) => ({ live: expected, revived: expected, result: expected });

const failWith =
  (code: CounterErrorCode, Thrown?: Parameters<typeof failureOf>[1]): Fail =>
  (context) =>
    durableCounter(context, {
      store: failingStore(() => failureOf(code, Thrown)).store,
      id: "cart-7",
    }).increment();
const asIs: Place = (context, fail) => fail(context);
const toldOf = (code: CounterErrorCode) => ({
  code,
  message: messageOf(code),
  retryable: RETRYABLE[code],
  details,
});

describe("an error is the same live, revived from a checkpoint, and in the result of the execution", () => {
  test.each(codes)("%s", async (code) => {
    expect(await tellAt(asIs, failWith(code))).toEqual(everywhere(toldOf(code)));
  });

  test("the domain's own, of a counter in the execution", async () => {
    const fail: Fail = (context) =>
      durableCounter(context, { initial: 3, limits: { min: 0 } }).batch([increment(), decrement(5)]);
    expect(await tellAt(asIs, fail)).toEqual(
      everywhere({
        code: "limit-exceeded",
        message:
          'Command 2 of 2 was refused, and with it the whole batch. Counter "counter" is at 4 and would fall to -1; its minimum is 0. [limit-exceeded]',
        retryable: false,
        details: { value: 4, limit: 0, index: 1 },
      }),
    );
  });

  describe.each(places)("through %s", (_, place) => {
    test.each(tellingCodes)("%s", async (code) => {
      expect(await tellAt(place, failWith(code))).toEqual(everywhere(toldOf(code)));
    });
  });
});

describe("across two copies", () => {
  const sdk = createRequire(import.meta.url)("@aws/durable-execution-sdk-js") as {
    readonly withDurableExecution: typeof withDurableExecution; // the same package, as CommonJS
  };
  const otherCore = async () => {
    vi.resetModules();
    return import("@durable-counter/core");
  };

  test("of core: what a store throws that has a core of its own is ours", async () => {
    const { CounterError } = await otherCore();
    expect(failureOf("limit-exceeded", CounterError)).not.toBeInstanceOf(
      failureOf("limit-exceeded").constructor,
    );
    for (const code of codes) {
      expect(await tellAt(asIs, failWith(code, CounterError))).toEqual(everywhere(toldOf(code)));
    }
  });

  test("of core: whoever catches may have a core of his own", async () => {
    const { isCounterError: is } = await otherCore();
    expect(is).not.toBe(isCounterError);
    for (const [, place] of places) {
      expect(await tellAt(place, failWith("limit-exceeded"), { is })).toEqual(
        everywhere(toldOf("limit-exceeded")),
      );
    }
  });

  test("of the durable SDK: a function of the one invokes a handler of the other", async () => {
    expect(sdk.withDurableExecution).not.toBe(withDurableExecution);
    const stock = createCounterHandler({ store: new MemoryCounterStore({ initial: 3 }), limits: { min: 0 } });
    const seen: unknown[] = [];
    const order = sdk.withDurableExecution(async (_event: unknown, context) => {
      const event = { counterId: "stock-7", commands: [decrement(2), decrement(2)] };
      const error: unknown = await context.invoke("stock", event).catch((thrown: unknown) => thrown);
      seen.push(told(error));
      throw error;
    });
    const { error } = await simulate(order, { functions: { stock }, replay: "always" });
    const expected = {
      code: "limit-exceeded",
      message:
        'Command 1 was applied, stay so, and left the value at 1; command 2 of 2 failed. Counter "stock-7" is at 1 and would fall to -1; its minimum is 0. [limit-exceeded]',
      retryable: false,
      details: { value: 1, limit: 0, appliedCount: 1 },
    };
    expect(new Set(seen.map((one) => JSON.stringify(one))).size).toBe(1);
    expect([seen[0], told(error)]).toEqual([expected, expected]);
  });

  test.each([["a step", asIs] as const, ...places])(
    "of the durable SDK: a function of the other counts: through %s",
    async (_, place) => {
      const { withDurableExecution: wrap } = sdk;
      expect(await tellAt(place, failWith("limit-exceeded"), { wrap })).toEqual(
        everywhere(toldOf("limit-exceeded")),
      );
    },
  );
});

describe("in the result of a ready-made handler", () => {
  const payload = { counterId: "cart-7", commands: [increment(5), decrement(9)] };
  const options = { limits: { min: 0 } };

  test.each([
    ["command", { value: 5, limit: 0, appliedCount: 1 }],
    ["batch", { value: 5, limit: 0, index: 1 }],
  ] as const)(
    "details tell what a program needs, live and replayed: a step per %s",
    async (steps, details) => {
      for (const replay of ["suspended", "always"] as const) {
        const handler = createCounterHandler({ store: new MemoryCounterStore(), ...options, steps });
        const { error } = await simulate(handler, { payload, replay });
        expect(told(error)).toMatchObject({ code: "limit-exceeded", retryable: false, details });
      }
    },
  );
});
