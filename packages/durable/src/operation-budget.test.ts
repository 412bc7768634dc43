import {
  withDurableExecution,
  type DurableContext,
  type DurableLambdaHandler,
} from "@aws/durable-execution-sdk-js";
import { get, increment, isCounterError } from "@durable-counter/core";
import { FakeContext, MemoryCounterStore, simulate } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { createCounterHandler, durableCounter } from "./index.ts";

const durable = (handler: (context: DurableContext) => Promise<unknown>): DurableLambdaHandler =>
  withDurableExecution(async (_event: unknown, context) => handler(context));

const run = (handler: (context: DurableContext) => Promise<unknown>) =>
  simulate(durable(handler), { timeoutMs: 60_000, pageSize: 1_000 });

const steps = async (context: DurableContext, count: number) => {
  for (let n = 0; n < count; n++) await context.step(async () => n);
};

/** What an operation was refused with; what else it came to is no refusal. */
async function refusal(operation: Promise<unknown>) {
  const error: unknown = await operation.then(
    (value) => ({ message: `counted: ${JSON.stringify(value)}`, details: {} }),
    (thrown: unknown) => thrown,
  );
  const { message } = error as Error; // both have one
  return { message, details: isCounterError(error, "misconfigured") ? error.details : undefined };
}

const SERVICE = "exceeds the maximum number of operations";

describe("the operation for which an execution has no room", () => {
  test("is refused before the service refuses, telling how far the counter came and what to use", async () => {
    const simulation = await run(async (context) => {
      const counter = durableCounter(context, { name: "rows" });
      for (;;) await counter.increment();
    });
    expect(simulation.status).toBe("FAILED");
    expect(simulation.operations).toHaveLength(3_000);
    expect(simulation.error?.message).toBe(
      'Counter "rows" cannot count on: a durable execution may have 3000 operations, and this one has them, 3000 by counters; this counter made 3000 of them, which stay, and left its value at 3000. Use batch(), or steps: "batch" of createCounterHandler, which make one operation of up to 1000 commands, or count in an execution of its own, by context.invoke(). [misconfigured]',
    );
    expect(isCounterError(simulation.error, "misconfigured") && simulation.error).toMatchObject({
      retryable: false,
      details: { maxOperations: 3_000, operations: 3_000, byCounters: 3_000, value: 3_000 },
    });
  });

  test("is refused in its turn where calls are concurrent, and nothing else is", async () => {
    const { result, operations } = await run(async (context) => {
      const counter = durableCounter(context);
      const calls = Array.from({ length: 3_010 }, () => counter.increment());
      const ends = await Promise.allSettled(calls);
      return ends.map(({ status }) => status);
    });
    expect(operations).toHaveLength(3_000);
    expect(result).toEqual([
      ...Array.from({ length: 3_000 }, () => "fulfilled"),
      ...Array.from({ length: 10 }, () => "rejected"),
    ]);
  });

  test("is counted over all counters of all contexts", async () => {
    const { result, operations } = await run(async (context) => {
      const store = new MemoryCounterStore();
      const [first, second] = [durableCounter(context), durableCounter(context, { store, id: "cart-7" })];
      for (let n = 0; n < 1_000; n++) await Promise.all([first.increment(), second.increment()]);
      await context.runInChildContext(async (child) => {
        const third = durableCounter(child);
        for (let n = 0; n < 999; n++) await third.increment();
      });
      return refusal(second.batch([increment(), get()]));
    });
    expect(operations).toHaveLength(3_000);
    expect(result).toEqual({
      message: expect.stringContaining('Counter "cart-7" cannot count on'),
      details: { maxOperations: 3_000, operations: 1_000, byCounters: 2_999, value: 1_000 },
    });
  });

  test.each<[string, (context: DurableContext) => Promise<void>, number]>([
    ["steps before", (context) => steps(context, 2_990), 10],
    [
      "steps in between",
      async (context) => {
        for (let n = 0; n < 1_495; n++) {
          await context.step(async () => n);
          await durableCounter(context, { name: `counter ${n}` }).increment();
        }
      },
      10,
    ],
    [
      "the branches of a map, and what is nested in them",
      async (context) => {
        await context.map([1, 2, 3], async (branch) => {
          await Promise.all([branch.runInChildContext((child) => steps(child, 500)), steps(branch, 400)]);
        });
      },
      // One for the map, and per branch itself, its child and 900 steps.
      3_000 - 1 - 3 * 902,
    ],
    [
      "waits, callbacks and conditions",
      async (context) => {
        await context.wait({ seconds: 1 });
        await context.waitForCondition("ready", async () => 1, {
          initialState: 0,
          waitStrategy: () => ({ shouldContinue: false }),
        });
        const [, callbackId] = await context.createCallback("approval");
        expect(callbackId).not.toBe("");
        await context.promise.all("both", [context.step(async () => 1)]);
      },
      2_995,
    ],
  ])("counts %s", async (_, use, left) => {
    const { result, operations } = await run(async (context) => {
      await use(context);
      const counter = durableCounter(context, { name: "last" });
      for (let n = 0; n < left; n++) await counter.increment();
      return refusal(counter.increment());
    });
    expect(operations).toHaveLength(3_000);
    expect(result).toMatchObject({ details: { operations: left, value: left } });
  });

  test("is refused in the branches of a map that count at the same time", async () => {
    const { result, status, operations } = await run(async (context) => {
      const ends = await context.map([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], async (branch) => {
        const counter = durableCounter(branch);
        for (let n = 0; n < 300; n++) await counter.increment();
      });
      return ends.getErrors().map((error) => isCounterError(error, "misconfigured"));
    });
    expect(status).toBe("SUCCEEDED");
    expect(operations.length).toBeLessThanOrEqual(3_000);
    expect(result).not.toEqual([]);
    expect(new Set(result as boolean[])).toEqual(new Set([true]));
  });

  test("is refused again by every replay", async () => {
    const { result, invocations, operations } = await run(async (context) => {
      const later = context.wait({ hours: 1 });
      const counter = durableCounter(context);
      for (let n = 0; n < 2_999; n++) await counter.increment();
      const first = await refusal(counter.increment());
      await later;
      return [first, await refusal(counter.get())];
    });
    expect(invocations).toBe(2);
    expect(operations).toHaveLength(3_000);
    const [before, after] = result as unknown[];
    expect(before).toMatchObject({ details: { value: 2_999 } });
    expect(after).toEqual(before);
  });
});

describe("an execution that has room is never refused", () => {
  test("by positions that are no operations, as flat branches and virtual contexts take them", async () => {
    const { status, error, operations } = await run(async (context) => {
      await context.map(
        Array.from({ length: 1_400 }, (_item, index) => index),
        (branch) => durableCounter(branch).increment(),
        { nesting: "FLAT" as never },
      );
      for (let n = 0; n < 100; n++) {
        await context.runInChildContext(async () => undefined, { virtualContext: true });
      }
      const counter = durableCounter(context);
      for (let n = 0; n < 1_599; n++) await counter.increment();
    });
    expect([status, error]).toEqual(["SUCCEEDED", undefined]);
    expect(operations).toHaveLength(3_000);
  });

  test("by attempts, nor by replays of what it did", async () => {
    let attempts = 0;
    const { result, operations, invocations } = await run(async (context) => {
      const counter = durableCounter(context);
      for (let n = 0; n < 1_500; n++) await counter.increment();
      await context.wait({ seconds: 1 });
      await context.step("unsteady", async () => {
        if (++attempts < 4) throw new Error("not yet");
      });
      for (let n = 0; n < 1_497; n++) await counter.increment();
      return counter.get();
    });
    expect(invocations).toBeGreaterThan(2);
    expect(operations).toHaveLength(3_000);
    expect(result).toBe(2_997);
  });

  test("by what another execution did in the same process", async () => {
    const handler = async (context: DurableContext) => {
      const counter = durableCounter(context);
      for (let n = 0; n < 2_000; n++) await counter.increment();
      return counter.get();
    };
    const [first, second] = [await run(handler), await run(handler)];
    expect([first.result, second.result]).toEqual([2_000, 2_000]);
  });

  test("by the longest event a handler takes", async () => {
    const commands = Array.from({ length: 1_000 }, () => increment());
    const { result } = await simulate(createCounterHandler(), { payload: { counterId: "cart-7", commands } });
    expect(result).toMatchObject({ value: 1_000 });
  });
});

test("a fake has no more room than the service", async () => {
  const counter = durableCounter(new FakeContext());
  for (let n = 0; n < 3_000; n++) await counter.increment();
  expect((await refusal(counter.get())).details).toMatchObject({ value: 3_000 });
});

test("the simulator refuses what these tests could not see", async () => {
  const { error } = await run(async (context) => {
    const counter = durableCounter(context);
    for (let n = 0; n < 2_999; n++) await counter.increment();
    await steps(context, 2);
  });
  expect(error?.message).toContain(SERVICE);
});
