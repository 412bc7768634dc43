import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { decrement, get, increment, isCounterError } from "@durable-counter/core";
import { FakeContext, MemoryCounterStore, simulate } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { durableCounter, restoreCounterError, type SharedCounterOptions } from "./index.ts";
import { runHandler } from "./run-handler.fixture.ts";

type Handler = (context: DurableContext) => Promise<unknown>;

const run = <Result>(handler: (context: DurableContext) => Promise<Result>) =>
  runHandler<Result>(withDurableExecution((_event: unknown, context) => handler(context)));

describe("a counter in the execution", () => {
  test("makes every operation one durable step, named by counter, sequence and effect", async () => {
    const { result, operations } = await run(async (context) => {
      const counter = durableCounter(context);
      return [
        await counter.increment(5),
        await counter.decrement(),
        await counter.get(),
        await counter.batch([increment(), get()]),
      ];
    });
    const batch = {
      value: 5,
      results: [
        { type: "increment", before: 4, after: 5 },
        { type: "get", before: 5, after: 5 },
      ],
    };
    expect(result).toEqual([5, 4, 4, batch]);
    expect(operations).toEqual([
      { name: "counter/0/increment(5)", status: "SUCCEEDED", result: 5 },
      { name: "counter/1/decrement(1)", status: "SUCCEEDED", result: 4 },
      { name: "counter/2/get", status: "SUCCEEDED", result: 4 },
      {
        name: expect.stringMatching(/^counter\/3\/batch\(2:[0-9a-f]{4}\)$/u),
        status: "SUCCEEDED",
        result: batch,
      },
    ]);
  });

  test("carries its value through checkpoint and replay, wherever the function starts over", async () => {
    const handler = withDurableExecution(async (_event: unknown, context) => {
      const counter = durableCounter(context, { initial: 10 });
      await counter.increment(5);
      await context.wait({ hours: 1 });
      await counter.batch([decrement(3), get()]);
      return counter.get();
    });
    const { result, invocations } = await simulate(handler, { replay: "always" });
    expect(result).toBe(12);
    expect(invocations).toBe(5);
  });

  test("runs concurrent calls one after another, in call order", async () => {
    const { result, names } = await run(async (context) => {
      const counter = durableCounter(context, { limits: { min: 0, max: 10 } });
      return Promise.all([
        counter.increment(10),
        counter.decrement(4),
        counter.batch([increment(4), decrement(10)]),
        counter.get(),
      ]);
    });
    expect(result).toEqual([10, 6, expect.objectContaining({ value: 0 }), 0]);
    expect(names).toEqual([
      "counter/0/increment(10)",
      "counter/1/decrement(4)",
      expect.stringMatching(/^counter\/2\/batch\(2:[0-9a-f]{4}\)$/u),
      "counter/3/get",
    ]);
  });

  test("keeps the order of its operations beside others that run at the same time", async () => {
    const handler = async (context: DurableContext) => {
      const [a, b] = [durableCounter(context, { name: "a" }), durableCounter(context, { name: "b" })];
      const both = [a.increment(1), b.increment(10), a.increment(2), b.increment(20)];
      await context.wait({ seconds: 5 });
      return Promise.all([...both, context.step("other", async () => "done"), a.get(), b.get()]);
    };
    const first = await run(handler);
    expect(first.result).toEqual([1, 10, 3, 30, "done", 3, 30]);
    expect(first.names).toEqual([
      "a/0/increment(1)",
      "b/0/increment(10)",
      "a/1/increment(2)",
      "b/1/increment(20)",
      undefined,
      "other",
      "a/2/get",
      "b/2/get",
    ]);
  });

  test("gives two counters of one context different names", async () => {
    const { names } = await run(async (context) => {
      await durableCounter(context).increment();
      await durableCounter(context).increment();
      await durableCounter(context, { name: "counter-2" }).increment();
    });
    expect(names).toEqual([
      "counter/0/increment(1)",
      "counter-2/0/increment(1)",
      "counter-2-2/0/increment(1)",
    ]);
  });

  test("rejects a decrement below the minimum after one attempt, and continues from the value before", async () => {
    const { result, operations } = await run(async (context) => {
      const counter = durableCounter(context, { name: "stock", limits: { min: 0 }, initial: 3 });
      const error: unknown = await counter.decrement(5).catch((thrown: unknown) => thrown);
      if (!isCounterError(error, "limit-exceeded")) throw error;
      return { message: error.message, details: error.details, value: await counter.decrement(2) };
    });
    expect(result).toEqual({
      message: 'Counter "stock" is at 3 and would fall to -2; its minimum is 0. [limit-exceeded]',
      details: { value: 3, limit: 0 },
      value: 1,
    });
    expect(operations.map(({ status }) => status)).toEqual(["FAILED", "SUCCEEDED"]);
  });

  test("rejects with the same error in the context itself and out of child contexts", async () => {
    const { result } = await run(async (context) => {
      const nested = context.runInChildContext("outer", (outer) =>
        outer.runInChildContext("inner", (inner) =>
          durableCounter(inner, { limits: { max: 3 } }).increment(4),
        ),
      );
      const direct = durableCounter(context, { limits: { max: 3 } }).increment(4);
      const seen: unknown[] = [];
      for (const promise of [nested, direct]) {
        const error = await promise.catch(restoreCounterError);
        seen.push(isCounterError(error, "limit-exceeded") && [error.code, error.retryable, error.details]);
      }
      return seen;
    });
    expect(result).toEqual(
      Array.from({ length: 2 }, () => ["limit-exceeded", false, { value: 0, limit: 3 }]),
    );
  });

  test("refuses an amount before it makes a step", async () => {
    const { result, operations } = await run(async (context) =>
      durableCounter(context)
        .increment(-1)
        .catch((error: unknown) => (error as Error).message),
    );
    expect(result).toBe(
      "increment.amount is -1; pass a whole number from 0 to 9007199254740991. [invalid-input]",
    );
    expect(operations).toEqual([]);
  });

  test("may be awaited after it was rejected", async () => {
    const { result } = await run(async (context) => {
      const counter = durableCounter(context, { limits: { min: 0 } });
      const refused = counter.decrement();
      await context.wait({ seconds: 1 });
      return refused.catch((error: unknown) => isCounterError(error, "limit-exceeded"));
    });
    expect(result).toBe(true);
  });

  test.each<[string, (handler: Handler) => Promise<unknown>]>([
    ["on the real SDK", async (handler) => (await run(handler)).names],
    [
      "on a fake",
      async (handler) => {
        const context = new FakeContext();
        await handler(context);
        return context.operations.map(({ name }) => name);
      },
    ],
  ])("has a name of its own behind a proxy, %s", async (_, namesOf) => {
    const names = await namesOf(async (context) => {
      await durableCounter(context).increment();
      const traced = new Proxy(context, {
        get: (target, key): unknown => {
          const member: unknown = Reflect.get(target, key, target);
          return typeof member === "function" ? member.bind(target) : member;
        },
      });
      await durableCounter(traced).increment();
    });
    expect(names).toEqual(["counter/0/increment(1)", "counter-2/0/increment(1)"]);
  });

  test("is deterministic over repeated executions", async () => {
    const handler = async (context: DurableContext) => {
      const counter = durableCounter(context, { limits: { min: 0, max: 8 } });
      const results = [await counter.batch([increment(3), increment(4), get()]), await counter.decrement(6)];
      await context.wait({ minutes: 1 });
      return [...results, await counter.increment(7), await counter.get()];
    };
    const executions = [await run(handler), await run(handler), await run(handler)];
    expect(
      new Set(executions.map(({ result, operations }) => JSON.stringify({ result, operations }))).size,
    ).toBe(1);
    expect(executions[0]?.result?.slice(1)).toEqual([1, 8, 8]);
  });
});

test.each([
  [{ name: "" }, 'options.name is ""; pass 1 to 200 printable ASCII characters'],
  [{ name: "ä" }, 'options.name is "ä"; pass 1 to 200 printable ASCII characters'],
  [{ id: "a" }, 'options is {"id":"a"}; pass "store" and "id" together'],
  [{ idempotencyKey: "t" }, 'pass "idempotencyKey" only with a "store"'],
  [
    { store: new MemoryCounterStore(), id: "a", issuedAt: 5 },
    'pass "issuedAt" only with an "idempotencyKey"',
  ],
  [
    { store: new MemoryCounterStore(), id: "a", idempotencyKey: "t", issuedAt: "now" },
    'options.issuedAt is "now"; pass',
  ],
  [{ store: {}, id: "a" }, "options.store is {}; pass a CounterStore"],
  [{ store: () => 1, id: "a" }, "options.store is a function; pass a CounterStore"],
  [{ limit: { min: 0 } }, 'options has the unknown key "limit"; pass only'],
  [{ limits: { min: 1 }, initial: 0 }, 'let "initial" lie within "limits"'],
])("invalid options are refused: %j", (options, message) => {
  // The options are wrong on purpose.
  expect(() => durableCounter(new FakeContext(), options as SharedCounterOptions)).toThrow(message);
});
