import { createRequire } from "node:module";
import {
  createRetryStrategy,
  JitterStrategy,
  NestingType,
  withDurableExecution,
  type DurableContext,
  type DurableLambdaHandler,
} from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { FakeContext } from "../fake-context/fake-context.ts";
import { simulate } from "./simulate.ts";

const threeAttempts = createRetryStrategy({
  maxAttempts: 3,
  initialDelay: { hours: 1 },
  jitter: JitterStrategy.NONE,
});

test("runs steps in order, one checkpoint call each", async () => {
  const handler = withDurableExecution(async (event: { start: number }, context) => {
    const one = await context.step("first", async () => event.start + 1);
    return context.step("second", async () => one + 1);
  });

  expect(await simulate(handler, { payload: { start: 1 } })).toMatchObject({
    status: "SUCCEEDED",
    result: 3,
    operations: [
      { id: "1", name: "first", type: "STEP", subType: "Step", status: "SUCCEEDED", attempts: 1, result: 2 },
      { id: "2", name: "second", type: "STEP", subType: "Step", status: "SUCCEEDED", attempts: 1, result: 3 },
    ],
    invocations: 1,
    checkpoints: 2,
  });
});

test("counts the bytes of the results and errors that are checkpointed", async () => {
  const once = { retryStrategy: () => ({ shouldRetry: false }) };
  const handler = withDurableExecution(async (_event, context) => {
    await context.step("text", async () => "é"); // "é" in quotes: 4 bytes
    await context.step("nothing", async () => undefined);
    await context.step("fail", () => Promise.reject(new Error("no")), once).catch(() => undefined);
  });
  const { bytesWritten } = await simulate(handler);
  expect(bytesWritten).toBe(4 + JSON.stringify({ ErrorMessage: "no", ErrorType: "Error" }).length);
});

test("works with the CommonJS copy of the SDK", async () => {
  const copy = createRequire(import.meta.url)("@aws/durable-execution-sdk-js") as {
    withDurableExecution: typeof withDurableExecution;
  };
  expect(copy.withDurableExecution).not.toBe(withDurableExecution);
  const handler = copy.withDurableExecution(async (_event, context) => {
    await context.wait({ seconds: 1 });
    return context.step(async () => "done");
  });

  expect(await simulate(handler)).toMatchObject({ result: "done", invocations: 2 });
});

test("a year passes at once", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    await context.wait("year", { days: 365 });
    return "later";
  });

  expect(await simulate(handler)).toMatchObject({
    result: "later",
    invocations: 2,
    operations: [{ id: "1", name: "year", type: "WAIT", subType: "Wait", status: "SUCCEEDED" }],
  });
});

test("shows when operations started and ended, how long they wait, and the ids of callbacks", async () => {
  const submitted: string[] = [];
  const logic = async (_event: unknown, context: DurableContext) => {
    await context.wait("pause", { minutes: 2 });
    return context.waitForCallback("approval", async (id) => void submitted.push(id));
  };
  const fake = new FakeContext({ callbacks: { approval: () => "yes" } });
  await logic({}, fake);
  const simulation = await simulate(withDurableExecution(logic), { callbacks: { approval: () => "yes" } });
  const ids = [submitted[0], submitted.at(-1)];
  for (const [index, { operations }] of [fake, simulation].entries()) {
    const start = operations[0]?.startedAt.getTime() ?? NaN;
    expect(operations).toMatchObject([
      { name: "pause", waitSeconds: 120, startedAt: new Date(start), endedAt: new Date(start + 120_000) },
      { name: "approval", startedAt: new Date(start + 120_000), endedAt: new Date(start + 120_000) },
      { type: "CALLBACK", callbackId: ids[index] },
      { type: "STEP" },
    ]);
  }
});

test("retries a step after its delay, in a new invocation", async () => {
  let calls = 0;
  const handler = withDurableExecution(async (_event, context) =>
    context.step(
      "flaky",
      async ({ attempt }) => {
        calls += 1;
        if (calls < 3) throw new Error("not yet");
        return attempt;
      },
      { retryStrategy: threeAttempts },
    ),
  );

  expect(await simulate(handler)).toMatchObject({ result: 3, invocations: 3, operations: [{ attempts: 3 }] });
});

test("fails with the error of the last attempt", async () => {
  const handler = withDurableExecution(async (_event, context) =>
    context.step(
      "hopeless",
      async () => {
        throw new RangeError("no [limit-exceeded]");
      },
      { retryStrategy: threeAttempts },
    ),
  );

  const simulation = await simulate(handler);

  expect(simulation).toMatchObject({
    status: "FAILED",
    error: { type: "StepError", message: "no [limit-exceeded]" },
    operations: [
      { status: "FAILED", attempts: 3, error: { type: "RangeError", message: "no [limit-exceeded]" } },
    ],
  });
  expect(simulation).not.toHaveProperty("result");
});

test("polls a condition until it holds, with the previous state", async () => {
  const handler = withDurableExecution(async (_event, context) =>
    context.waitForCondition("counted", async (count: number) => count + 1, {
      initialState: 0,
      waitStrategy: (count) =>
        count < 4 ? { shouldContinue: true, delay: { days: 1 } } : { shouldContinue: false },
    }),
  );

  expect(await simulate(handler)).toMatchObject({
    result: 4,
    invocations: 4,
    operations: [{ subType: "WaitForCondition", status: "SUCCEEDED", attempts: 4, result: 4 }],
  });
});

test("shows operations in start order, with their positions", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    const child = await context.runInChildContext("child", async (inner) => {
      await inner.step("a", async () => 1);
      return inner.runInChildContext("grandchild", async (innermost) => innermost.step("b", async () => 2));
    });
    const mapped = await context.map("map", [1, 2], async (each, item) =>
      each.step("c", async () => item * 10),
    );
    const both = await context.parallel("both", [
      async (each) => each.step("d", async () => 3),
      async () => 4,
    ]);
    return [child, mapped.getResults(), both.getResults()];
  });

  const { result, operations } = await simulate(handler);

  expect(result).toEqual([2, [10, 20], [3, 4]]);
  expect(operations.map(({ id, subType, name }) => `${id} ${subType} ${name}`)).toEqual([
    "1 RunInChildContext child",
    "1-1 Step a",
    "1-2 RunInChildContext grandchild",
    "1-2-1 Step b",
    "2 Map map",
    "2-1 MapIteration map-item-0",
    "2-2 MapIteration map-item-1",
    "2-1-1 Step c",
    "2-2-1 Step c",
    "3 Parallel both",
    "3-1 ParallelBranch parallel-branch-0",
    "3-2 ParallelBranch parallel-branch-1",
    "3-1-1 Step d",
  ]);
});

test("finds the positions that flat nesting skips", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    const items = Array.from({ length: 60 }, (_, index) => index);
    const body = async (each: typeof context, item: number) =>
      item % 20 === 19 ? each.step(async () => item) : item;
    const mapped = await context.map(items, body, { nesting: NestingType.FLAT });
    return mapped.successCount;
  });

  const { result, operations } = await simulate(handler);

  expect(result).toBe(60);
  expect(operations.map(({ id }) => id)).toEqual(["1", "1-20-1", "1-40-1", "1-60-1"]);
});

test("concurrent waits pass in the order of time", async () => {
  const order: string[] = [];
  const handler = withDurableExecution(async (_event, context) => {
    const nap = async (name: string, days: number) =>
      context.runInChildContext(name, async (child) => {
        await child.wait({ days });
        await child.step(async () => void order.push(name));
      });
    await Promise.all([nap("long", 3), nap("short", 1), nap("middle", 2)]);
  });

  expect(await simulate(handler)).toMatchObject({ invocations: 4 });
  expect(order).toEqual(["short", "middle", "long"]);
});

test("retries while another body waits for the retry", async () => {
  let attempts = 0;
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const handler = withDurableExecution(async (_event, context) => {
    const retried = context.step(
      "retried",
      async () => {
        attempts += 1;
        if (attempts === 1) throw new Error("once");
        release();
      },
      { retryStrategy: createRetryStrategy({ initialDelay: { minutes: 5 }, jitter: JitterStrategy.NONE }) },
    );
    await Promise.all([retried, context.step("waiting", async () => released)]);
    return "both";
  });

  expect(await simulate(handler)).toMatchObject({ result: "both", invocations: 1 });
});

test("a body that runs does not stop virtual time", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    const slow = new Promise<void>(() => undefined);
    const first = await context.parallel(
      [async () => "fast", async (branch) => branch.step("slow", async () => slow)],
      { completionConfig: { minSuccessful: 1 } },
    );
    await context.wait({ minutes: 1 });
    return first.successCount;
  });

  expect(await simulate(handler)).toMatchObject({ result: 1 });
});

test("reads a result that is too large for the response from its checkpoint", async () => {
  const large = "x".repeat(6 * 1024 * 1024);
  const handler = withDurableExecution(async (_event, context) => {
    await context.step("small", async () => 1);
    return large;
  });

  const { status, result, operations } = await simulate<string>(handler);

  expect(status).toBe("SUCCEEDED");
  expect(result).toHaveLength(large.length);
  expect(operations).toHaveLength(1);
});

test("reruns the code of a context whose result is too large, but not its steps", async () => {
  let runs = 0;
  let steps = 0;
  const handler = withDurableExecution(async (_event, context) => {
    const large = await context.runInChildContext("large", async (child) => {
      runs += 1;
      const part = await child.step("part", async () => {
        steps += 1;
        return "y".repeat(200_000);
      });
      return part + part;
    });
    await context.wait({ seconds: 1 });
    return large.length;
  });

  expect(await simulate(handler)).toMatchObject({ result: 400_000, invocations: 2 });
  expect({ runs, steps }).toEqual({ runs: 2, steps: 1 });
});

test("reads a state of many pages", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    const bodies = Array.from({ length: 25 }, (_, index) => context.step(`s${index}`, async () => index));
    const sum = (await Promise.all(bodies)).reduce((total, each) => total + each, 0);
    await context.wait({ seconds: 1 });
    return sum;
  });

  expect(await simulate(handler, { pageSize: 3 })).toMatchObject({ result: 300, invocations: 2 });
});

test("operations that are not awaited stay STARTED", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    const forgotten = [
      context.step("forgotten", () => new Promise(() => undefined)),
      context.wait("year", { days: 365 }),
    ];
    await context.step("last", async () => undefined);
    return forgotten.some(({ isExecuted }) => isExecuted);
  });

  expect(await simulate(handler)).toMatchObject({
    result: false,
    operations: [
      { name: "forgotten", status: "STARTED", attempts: 0 },
      { name: "year", status: "STARTED" },
      { name: "last", status: "SUCCEEDED" },
    ],
  });
});

test("derives the ARN of an execution from its names", async () => {
  const handler = withDurableExecution(async (_event, { executionContext, lambdaContext }) => [
    executionContext.durableExecutionArn,
    lambdaContext.functionName,
  ]);

  const names = { functionName: "counting", executionName: "order-7" };
  const { result } = await simulate<string[]>(handler, names);

  expect(result?.[0]).toMatch(
    /^arn:aws:lambda:us-east-1:123456789012:function:counting:\$LATEST\/durable-execution\/order-7\/[0-9a-f-]{36}$/,
  );
  expect(result?.[1]).toBe("counting");
  expect((await simulate(handler, names)).result).toEqual(result);
  expect((await simulate<string[]>(handler, { executionName: "order-8" })).result?.[0]).not.toBe(result?.[0]);
});

test("concurrent simulations are independent", async () => {
  const handler = withDurableExecution(async (event: { index: number }, context) => {
    await context.wait({ days: event.index + 1 });
    return context.step(async () => event.index);
  });

  const runs = Array.from({ length: 50 }, (_, index) => simulate<number>(handler, { payload: { index } }));

  expect((await Promise.all(runs)).map(({ result }) => result)).toEqual(runs.map((_, index) => index));
});

test("two runs of one program are the same", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    let failures = 0;
    const flaky = async () => {
      failures += 1;
      if (failures < 3) throw new Error("not yet");
    };
    await context.map([1, 2, 3], async (each) => {
      await each.wait({ minutes: 1 });
      await each.step("flaky", flaky, { retryStrategy: threeAttempts });
    });
  });

  const named = { executionName: "retries" };
  expect(await simulate(handler, named)).toEqual(await simulate(handler, named));
});

test("a function that invokes itself has another execution each time, however long the name is", async () => {
  const arns: string[] = [];
  const countdown: DurableLambdaHandler = withDurableExecution(
    async (n: number, context): Promise<number> => {
      if (!arns.includes(context.executionContext.durableExecutionArn))
        arns.push(context.executionContext.durableExecutionArn);
      return n === 0 ? 0 : 1 + (await context.invoke<number, number>("next", "countdown", n - 1));
    },
  );
  const options = { payload: 3, executionName: "x".repeat(64), functions: { countdown } };
  expect(await simulate(countdown, options)).toMatchObject({ result: 3 });
  expect(arns).toHaveLength(4);
});
