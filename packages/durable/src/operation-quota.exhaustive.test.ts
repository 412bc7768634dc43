import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { get, increment, isCounterError } from "@durable-counter/core";
import { FakeContext, MemoryCounterStore, simulate } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { createCounterHandler, durableCounter, restoreCounterError } from "./index.ts";

/** The message and the details of the error that refuses an operation. */
async function refusalOf(operation: Promise<unknown>) {
  const error = await operation.then(
    (value) => new Error(`counted: ${JSON.stringify(value)}`),
    restoreCounterError,
  );
  if (!isCounterError(error, "misconfigured")) throw error;
  return { message: error.message, details: error.details };
}

describe("an operation beyond the 3,000 that an execution may have", () => {
  test("is refused before the service fails the execution, in every replay, and the error says what to use instead", async () => {
    const refused: number[] = [];
    const handler = withDurableExecution(async (_event: unknown, context) => {
      const counter = durableCounter(context, { name: "rows" });
      const calls = Array.from({ length: 3_002 }, () => counter.increment());
      const ended = await Promise.allSettled(calls);
      refused.push(ended.filter(({ status }) => status === "rejected").length);
      return counter.get();
    });
    const { status, error, operations, invocations } = await simulate(handler, { replay: "always" });
    expect(status).toBe("FAILED");
    expect(operations).toHaveLength(3_000);
    expect(invocations).toBeGreaterThan(1);
    expect(new Set(refused)).toEqual(new Set([2]));
    expect(await refusalOf(Promise.reject(restoreCounterError(error)))).toEqual({
      message:
        'Counter "rows" cannot start another operation: the counters of this execution have used all 3000. This one used 3000 and left its value at 3000. Use batch() or steps: "batch", or count in another execution, by context.invoke(). [misconfigured]',
      details: { maxOperations: 3_000, operations: 3_000, value: 3_000 },
    });
  });

  test("is counted over all counters of all contexts", async () => {
    const context = new FakeContext();
    const store = new MemoryCounterStore();
    const [first, second] = [durableCounter(context), durableCounter(context, { store, id: "cart-7" })];
    for (let n = 0; n < 1_000; n++) await Promise.all([first.increment(), second.increment()]);
    await context.runInChildContext(async (child) => {
      const third = durableCounter(child);
      for (let n = 0; n < 1_000; n++) await third.increment();
    });
    expect(await refusalOf(second.batch([increment(), get()]))).toEqual({
      message: expect.stringContaining('Counter "cart-7" cannot start another operation'),
      details: { maxOperations: 3_000, operations: 1_000, value: 1_000 },
    });
  });

  test("is refused in the branches of a map that count at the same time", async () => {
    const context = new FakeContext();
    const count = async (branch: DurableContext) => {
      const counter = durableCounter(branch);
      for (let n = 0; n < 301; n++) await counter.increment();
    };
    const items = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const completionConfig = { toleratedFailureCount: items.length };
    const ended = await context.map(items, count, { completionConfig });
    expect(ended.getErrors()).toHaveLength(10);
    for (const error of ended.getErrors()) {
      expect(await refusalOf(Promise.reject(restoreCounterError(error)))).toMatchObject({
        details: { operations: 300, value: 300 },
      });
    }
  });

  test("is left to the service where other operations use up the quota", async () => {
    const handler = withDurableExecution(async (_event: unknown, context) => {
      await context.step("other", async () => 1);
      const counter = durableCounter(context);
      await Promise.all(Array.from({ length: 3_000 }, () => counter.increment()));
    });
    const { status, error } = await simulate(handler);
    expect(status).toBe("FAILED");
    expect(error?.message).toContain("exceeds the maximum number of operations");
  });
});

describe("an execution that has room is never refused", () => {
  test("because of replays", async () => {
    const handler = withDurableExecution(async (_event: unknown, context) => {
      const counter = durableCounter(context);
      await Promise.all(Array.from({ length: 1_600 }, () => counter.increment()));
      await context.wait({ seconds: 1 }); // what the first invocation did is replayed, and counted again from 0
      return counter.get();
    });
    expect(await simulate(handler)).toMatchObject({ invocations: 2, result: 1_600 });
  });

  test("because of what another execution did in the same process, or with the same Lambda context", async () => {
    const { lambdaContext } = new FakeContext();
    const run = async (arn: string) => {
      const context = new Proxy(new FakeContext({ arn }), {
        get: (target, key): unknown => {
          const member: unknown = key === "lambdaContext" ? lambdaContext : Reflect.get(target, key, target);
          return typeof member === "function" ? member.bind(target) : member;
        },
      });
      const counter = durableCounter(context);
      for (let n = 0; n < 2_000; n++) await counter.increment();
      return counter.get();
    };
    expect([await run("arn:1"), await run("arn:2")]).toEqual([2_000, 2_000]);
  });

  test("because of the longest event that a handler takes", async () => {
    const commands = Array.from({ length: 1_000 }, () => increment());
    const { result } = await simulate(createCounterHandler(), { payload: { counterId: "cart-7", commands } });
    expect(result).toMatchObject({ value: 1_000 });
  });
});
