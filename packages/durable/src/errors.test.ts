import { createRequire } from "node:module";
import {
  ChildContextError,
  NestingType,
  PromiseCombinatorError,
  StepError,
  withDurableExecution,
  type DurableContext,
} from "@aws/durable-execution-sdk-js";
import {
  CounterError,
  decrement,
  increment,
  isCounterError,
  type CounterErrorCode,
} from "@durable-counter/core";
import { MemoryCounterStore, simulate } from "@durable-counter/testing";
import { describe, expect, test, vi } from "vitest";
import { codes, details, failingStore, failureOf, messageOf, RETRYABLE } from "./failing-store.fixture.ts";
import { createCounterHandler, durableCounter, restoreCounterError } from "./index.ts";

type Fail = (context: DurableContext) => Promise<unknown>;
type Boundary = (context: DurableContext, fail: Fail) => PromiseLike<unknown>;

/** A retryable error is thrown on after ten attempts, as the others are after one; so these stand for all. */
const finalCodes = codes.filter((code) => !RETRYABLE[code]);

/** What an error passes through on its way to the program that catches it. */
const boundaries: readonly (readonly [string, Boundary])[] = [
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
  ...[NestingType.NESTED, NestingType.FLAT].flatMap((nesting): [string, Boundary][] => [
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

const sdk = createRequire(import.meta.url)("@aws/durable-execution-sdk-js") as {
  readonly withDurableExecution: typeof withDurableExecution; // the same package, as CommonJS
};

/** The fields that a program may read. */
function fieldsOf(error: unknown, is = isCounterError) {
  if (!is(error)) return { foreign: String(error) };
  const { code, message, retryable, details } = error;
  return { code, message, retryable, details };
}

/** Runs `fail` behind a boundary, and returns how its error looks in each invocation and in the result of the execution. */
async function errorsAt(
  boundary: Boundary,
  fail: Fail,
  { wrap = withDurableExecution, is = isCounterError, restore = restoreCounterError } = {},
) {
  const seen: unknown[] = [];
  const handler = wrap(async (_event: unknown, context) => {
    const error: unknown = await Promise.resolve(boundary(context, fail)).catch((thrown: unknown) => thrown);
    seen.push(fieldsOf(restore(error), is));
    await context.step("go on", async () => "done");
    throw error;
  });
  const functions = {
    other: wrap((_event: unknown, context: DurableContext) => fail(context)),
    childOfOther: wrap((_event: unknown, context: DurableContext) => context.runInChildContext(fail)),
  };
  const { error } = await simulate(handler, { functions, replay: "always" });
  // Live, and at least once from a checkpoint.
  const [live, ...replayed] = seen;
  expect(replayed.length).toBeGreaterThan(0);
  return { live, replayed: replayed.at(-1), result: fieldsOf(restoreCounterError(error), is) };
}

const everywhere = (expected: unknown) => ({ live: expected, replayed: expected, result: expected });

const failWith =
  (code: CounterErrorCode, Thrown?: Parameters<typeof failureOf>[1]): Fail =>
  (context) =>
    durableCounter(context, {
      store: failingStore(() => failureOf(code, Thrown)).store,
      id: "cart-7",
    }).increment();
const none: Boundary = (context, fail) => fail(context);
const expectedOf = (code: CounterErrorCode) => ({
  code,
  message: messageOf(code),
  retryable: RETRYABLE[code],
  details,
});

describe("an error is the same live, on replay, and in the result of the execution", () => {
  test.each(codes)("%s, with nothing to restore for the program that calls the counter", async (code) => {
    const unrestored = { restore: (error: unknown) => error };
    expect(await errorsAt(none, failWith(code), unrestored)).toEqual(everywhere(expectedOf(code)));
  });

  test("a retryable one, through a child context", async () => {
    const [[, childContext]] = boundaries as [(typeof boundaries)[number]]; // there are some
    const seen = await errorsAt(childContext, failWith("outcome-unknown"));
    expect(seen).toEqual(everywhere(expectedOf("outcome-unknown")));
  });

  test("a limit of a counter in the execution", async () => {
    const fail: Fail = (context) =>
      durableCounter(context, { initial: 3, limits: { min: 0 } }).batch([increment(), decrement(5)]);
    expect(await errorsAt(none, fail)).toEqual(
      everywhere({
        code: "limit-exceeded",
        message:
          'Command 2 of 2 was refused, and with it the whole batch. Counter "counter" is at 4 and would fall to -1; its minimum is 0. [limit-exceeded]',
        retryable: false,
        details: { value: 4, limit: 0, index: 1 },
      }),
    );
  });

  test("with details that a checkpoint cannot hold: without the long ones, which are named, and the execution goes on", async () => {
    const values = Array.from({ length: 2_000 }, (_, n) => [`"counter"-${n}`, n]);
    const item = { bytes: "x".repeat(100_000) };
    const message = messageOf("misconfigured");
    const thrown = new CounterError("misconfigured", message, { details: { values, ids: ["a"], item } });
    const fail: Fail = (context) =>
      durableCounter(context, { store: failingStore(() => thrown).store, id: "cart-7" }).increment();
    const expected = {
      code: "misconfigured",
      message,
      retryable: false,
      details: { ids: ["a"], omitted: ["values", "item"] },
    };
    const [[, childContext]] = boundaries as [(typeof boundaries)[number]]; // there are some
    for (const wrap of [withDurableExecution, sdk.withDurableExecution])
      expect(await errorsAt(childContext, fail, { wrap })).toEqual(everywhere(expected));
  });

  describe.each(boundaries)("through %s", (_, boundary) => {
    test.each(finalCodes)("%s", async (code) => {
      expect(await errorsAt(boundary, failWith(code))).toEqual(everywhere(expectedOf(code)));
    });
  });
});

describe("across two copies", () => {
  const otherCore = async () => {
    vi.resetModules();
    return import("@durable-counter/core");
  };

  test("of core: the error of a store that has a core of its own is recognised", async () => {
    const { CounterError } = await otherCore();
    expect(failureOf("limit-exceeded", CounterError)).not.toBeInstanceOf(
      failureOf("limit-exceeded").constructor,
    );
    for (const code of finalCodes) {
      expect(await errorsAt(none, failWith(code, CounterError))).toEqual(everywhere(expectedOf(code)));
    }
  });

  test("of core: a program that has a core of its own recognises the error", async () => {
    const { isCounterError: is } = await otherCore();
    expect(is).not.toBe(isCounterError);
    for (const [, boundary] of boundaries) {
      expect(await errorsAt(boundary, failWith("limit-exceeded"), { is })).toEqual(
        everywhere(expectedOf("limit-exceeded")),
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
      seen.push(fieldsOf(restoreCounterError(error)));
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
    expect([seen[0], fieldsOf(restoreCounterError(error))]).toEqual([expected, expected]);
  });

  test.each([["a step", none] as const, ...boundaries])(
    "of the durable SDK: a function of the other counts: through %s",
    async (_, boundary) => {
      const { withDurableExecution: wrap } = sdk;
      expect(await errorsAt(boundary, failWith("limit-exceeded"), { wrap })).toEqual(
        everywhere(expectedOf("limit-exceeded")),
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
    "details have what a program needs, live and on replay: a step per %s",
    async (steps, details) => {
      for (const replay of ["suspended", "always"] as const) {
        const handler = createCounterHandler({ store: new MemoryCounterStore(), ...options, steps });
        const { error } = await simulate(handler, { payload, replay });
        expect(fieldsOf(restoreCounterError(error))).toMatchObject({
          code: "limit-exceeded",
          retryable: false,
          details,
        });
      }
    },
  );
});

describe("restoreCounterError", () => {
  const error = failureOf("limit-exceeded");
  const json = JSON.stringify(error);

  test.each<[string, unknown]>([
    [
      "of a failed execution, as the durable service reports it",
      { ErrorType: "StepError", ErrorMessage: "x", ErrorData: json },
    ],
    [
      "of a failed execution, as AWS's local runner reports it",
      { errorType: "StepError", errorMessage: "x", errorData: json },
    ],
    ["of the SDK, frozen", Object.freeze(new ChildContextError("x", undefined, json))],
    ["of the SDK that wraps one", new PromiseCombinatorError("x", new Error("y", { cause: error }))],
  ])("restores an error %s", (_, serialized) => {
    expect(fieldsOf(restoreCounterError(serialized))).toMatchObject({
      code: "limit-exceeded",
      retryable: false,
      details,
    });
  });

  test("restores code and message of an error that was thrown in a step of one's own", async () => {
    const own: Fail = (context) =>
      context.step("own", async () => Promise.reject(error), {
        retryStrategy: () => ({ shouldRetry: false }),
      });
    const { message } = error;
    const expected = { code: "limit-exceeded", message, retryable: false, details: {} };
    expect(await errorsAt(none, own)).toMatchObject({ live: expected, replayed: expected });
  });

  test("adds the fields to the same object, which can be restored again", () => {
    const wrapped = new ChildContextError("x", undefined, json);
    expect(restoreCounterError(restoreCounterError(wrapped))).toBe(wrapped);
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["a string", json],
    ["a foreign error whose message ends with a code", new Error(error.message)],
    [
      "a foreign error of a step whose message ends with a code",
      new StepError(error.message, new RangeError("x")),
    ],
    ["an error that wraps one", new Error("order failed", { cause: new StepError("x", error, json) })],
    ["data that is no JSON", new StepError("x", undefined, "{not json")],
    ["data that is no error", new StepError("x", undefined, "5")],
    ["an unknown code", { ErrorType: "CounterError", ErrorMessage: "x [no-such-code]" }],
    ["a message that is no text", { type: "CounterError", message: 5 }],
  ])("returns unchanged: %s", (_, foreign) => {
    const before = JSON.stringify(foreign);
    expect(restoreCounterError(foreign)).toBe(foreign);
    expect(isCounterError(foreign)).toBe(false);
    expect(JSON.stringify(foreign)).toBe(before);
  });

  test("returns unchanged: causes that form a circle", () => {
    const circle = new StepError("x");
    circle.cause = circle;
    expect(restoreCounterError(circle)).toBe(circle);
  });
});
