import {
  createRetryStrategy,
  JitterStrategy,
  StepSemantics,
  withDurableExecution,
  type DurableContext,
} from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import type { Faults, ProtocolPoint } from "./protocol-point.ts";
import { simulateWithFaults } from "./simulate.ts";

const flaky = async ({ attempt }: { attempt: number }) => {
  if (attempt === 1) throw new Error("once");
  return attempt;
};
const retryStrategy = createRetryStrategy({ jitter: JitterStrategy.NONE });

const programs: Readonly<Record<string, (context: DurableContext) => Promise<unknown>>> = {
  steps: async (context) => {
    const one = await context.step("one", async () => 1);
    return context.step("two", async () => one + 1);
  },
  "a retry": async (context) => context.step("flaky", flaky, { retryStrategy }),
  "a wait": async (context) => {
    await context.wait("nap", { hours: 1 });
    return context.step("after", async () => "after");
  },
  "a callback": async (context) => context.waitForCallback("approval", async () => undefined),
  "a condition": async (context) =>
    context.waitForCondition("counted", async (count: number) => count + 1, {
      initialState: 0,
      waitStrategy: (count) =>
        count < 2 ? { shouldContinue: true, delay: { days: 1 } } : { shouldContinue: false },
    }),
  "contexts, map and parallel": async (context) => {
    const child = await context.runInChildContext("child", async (inner) => inner.step("a", async () => 1));
    const mapped = await context.map("map", [1, 2], async (each, item) => each.step("b", async () => item));
    const both = await context.parallel("both", [
      async (left) => left.wait({ seconds: 1 }),
      async (right) => right.step("c", flaky, { retryStrategy }),
    ]);
    return [child, mapped.getResults(), both.successCount];
  },
  "a context whose result is not stored": async (context) => {
    const large = await context.runInChildContext("large", async (child) => {
      const part = await child.step("part", async () => "x".repeat(150_000));
      return [part, part];
    });
    await context.wait({ seconds: 1 });
    return large.join("").length;
  },
  invokes: async (context) => [
    await context.invoke("plain", { n: 1 }),
    await context.invoke("durable", { n: 2 }),
  ],
};

const functions = {
  plain: async (input: { n: number }) => input.n,
  durable: withDurableExecution(async (event: { n: number }, context) => {
    await context.wait({ seconds: 1 });
    return context.step(async () => event.n);
  }),
};

/** Crashes at the point of that number, counted from 1, and collects the points on the way. */
function crashAt(number: number) {
  const points: ProtocolPoint[] = [];
  const faults: Faults = (point) => {
    if (point.at !== "stale-call") points.push(point);
    return points.length === number && point.at !== "stale-call" ? "crash" : undefined;
  };
  return { points, faults };
}

test.for(Object.entries(programs))("has the same outcome wherever it crashes: %s", async ([, program]) => {
  const handler = withDurableExecution(async (_event, context) => program(context));
  const run = (faults: Faults) =>
    simulateWithFaults(
      handler,
      { executionName: "crashed", functions, callbacks: { approval: () => "yes" } },
      faults,
    );
  const { points, faults } = crashAt(0);
  const { status, result, operations } = await run(faults);
  expect(status).toBe("SUCCEEDED");

  const runs = points.map((_, index) => run(crashAt(index + 1).faults));

  for (const crashed of await Promise.all(runs)) {
    expect({ result: crashed.result, operations: crashed.operations }).toEqual({ result, operations });
  }
});

test("an at-most-once step that crashes after its start counts as interrupted", async () => {
  let ran = 0;
  const once = withDurableExecution(async (_event, context) =>
    context.step("once", async () => void (ran += 1), {
      semantics: StepSemantics.AtMostOncePerRetry,
      retryStrategy: () => ({ shouldRetry: false }),
    }),
  );
  const afterStart = ({ at, invocation }: ProtocolPoint) =>
    at === "checkpoint-answer" && invocation === 1 ? "crash" : undefined;

  expect(await simulateWithFaults(once, {}, afterStart)).toMatchObject({
    status: "FAILED",
    error: { type: "StepError", message: expect.stringContaining("interruption") },
    operations: [{ status: "FAILED", attempts: 1, error: { type: "StepInterruptedError" } }],
  });
  expect(ran).toBe(0);
});

test("reports each point of the protocol in order", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    await Promise.all([context.step("a", async () => 1), context.step("b", async () => 1)]);
    await context.wait({ seconds: 1 });
  });
  const seen: string[] = [];

  await simulateWithFaults(handler, { pageSize: 2 }, (point) => {
    const updates =
      "updates" in point ? point.updates.map(({ Action, Name }) => `${Action} ${Name ?? "-"}`) : [];
    seen.push([point.invocation, point.at, ...updates].join(" "));
    return undefined;
  });

  expect(seen).toEqual([
    "1 invocation-start",
    "1 checkpoint START a START b SUCCEED a SUCCEED b",
    "1 checkpoint-answer START a START b SUCCEED a SUCCEED b",
    "1 checkpoint START -",
    "1 checkpoint-answer START -",
    "1 invocation-end",
    "2 invocation-start",
    "2 state-read",
    "2 invocation-end",
  ]);
});
