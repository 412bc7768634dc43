import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { increment } from "@durable-counter/core";
import { simulate, type SimulateOptions } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { createCounterHandler, durableCounter } from "./index.ts";
import { withApply } from "./with-apply.fixture.ts";

/** What AWS bills and counts of an execution. */
interface Cost {
  readonly operations: number;
  readonly checkpoints: number;
  readonly invocations: number;
}

async function costOf(
  handler: ReturnType<typeof withDurableExecution>,
  options: SimulateOptions,
): Promise<Cost> {
  const { status, operations, checkpoints, invocations } = await simulate(handler, options);
  expect(status).toBe("SUCCEEDED");
  return { operations: operations.length, checkpoints, invocations };
}

const durable = (handler: (context: DurableContext) => Promise<unknown>) =>
  withDurableExecution(async (_event: unknown, context) => handler(context));

/** A store behind a network: it answers in a later turn of the event loop. */
const remoteStore = () =>
  withApply(async (request, forward) => {
    await new Promise((resolve) => setImmediate(resolve));
    return forward(request);
  });

/** The same work without this package: a step per command. */
const bare = {
  "the execution": (n: number) =>
    durable(async (context) => {
      let value = 0;
      for (let sequence = 0; sequence < n; sequence++) {
        const before = value;
        value = await context.step(`counter/${sequence}/increment(1)`, async () => before + 1);
      }
    }),
  "a store": (n: number) => {
    const store = remoteStore();
    return durable(async (context) => {
      for (let sequence = 0; sequence < n; sequence++) {
        await context.step(`counter/${sequence}/increment(1)`, () =>
          store.apply({ id: "cart-7", commands: [increment()], idempotencyKey: `${sequence}` }),
        );
      }
    });
  },
};

const backends = [
  // A body that only computes starts and ends in one checkpoint call. A body that waits for a network takes two.
  { backend: "the execution", store: () => undefined, calls: 1 },
  { backend: "a store", store: remoteStore, calls: 2 },
] as const;

describe.each(backends)("with the value in $backend", ({ backend, store, calls }) => {
  test.each([1, 2, 20, 100])("%d commands cost no more than bare steps", async (n) => {
    const payload = { counterId: "cart-7", commands: Array.from({ length: n }, () => increment()) };
    const cost = (steps: "command" | "batch", replay: SimulateOptions["replay"] = "suspended") =>
      costOf(createCounterHandler({ store: store(), steps }), { payload, replay });

    // A step per command: exactly n operations, and as many calls as bare steps make.
    expect(await cost("command")).toEqual({ operations: n, checkpoints: n * calls, invocations: 1 });
    expect(await cost("command")).toEqual(await costOf(bare[backend](n), {}));
    // A step per batch: one operation for any length.
    expect(await cost("batch")).toEqual({ operations: 1, checkpoints: calls, invocations: 1 });
    // If the function starts over after every operation, no work is done twice.
    expect(await cost("command", "always")).toEqual({
      operations: n,
      checkpoints: n * calls,
      invocations: n + 1,
    });
    expect(await cost("batch", "always")).toEqual({ operations: 1, checkpoints: calls, invocations: 2 });
  });
});

test("concurrent calls run in order and share their checkpoint calls, as bare steps do", async () => {
  const concurrently = (call: (context: DurableContext) => (n: number) => Promise<unknown>) =>
    costOf(
      durable(async (context) => Promise.all(Array.from({ length: 10 }, (_, n) => n).map(call(context)))),
      {},
    );
  const ours = await concurrently((context) => {
    const counter = durableCounter(context);
    return () => counter.increment();
  });
  expect(ours).toEqual({ operations: 10, checkpoints: 1, invocations: 1 });
  expect(ours).toEqual(await concurrently((context) => (n) => context.step(`step-${n}`, async () => n)));
});
