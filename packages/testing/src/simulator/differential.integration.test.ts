import { hash } from "node:crypto";
import {
  createRetryStrategy,
  JitterStrategy,
  NestingType,
  StepSemantics,
  withDurableExecution,
  type DurableContext,
} from "@aws/durable-execution-sdk-js";
import {
  LocalDurableTestRunner,
  WaitingOperationStatus,
  type DurableOperation as RunnerOperation,
} from "@aws/durable-execution-sdk-js-testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DurableOperation } from "../service/durable-operation.ts";
import { simulate } from "./simulate.ts";

const retryStrategy = createRetryStrategy({
  maxAttempts: 3,
  initialDelay: { seconds: 30 },
  jitter: JitterStrategy.NONE,
});

/** Fails as often as told, however often it is asked. */
const flaky = (failures: number) => async (step: { attempt: number }) => {
  if (step.attempt <= failures) throw new RangeError(`attempt ${step.attempt}`);
  return step.attempt;
};

const payments = async (input: { amount: number }) => {
  if (input.amount > 100) throw new Error("too much");
  return { paid: input.amount };
};
const doubling = withDurableExecution(async (event: { n: number }, context) => {
  await context.wait({ seconds: 10 });
  return context.step("double", async () => event.n * 2);
});

/** Programs that lean on all that a service does. */
const programs: Readonly<Record<string, (context: DurableContext) => Promise<unknown>>> = {
  steps: async (context) => {
    const one = await context.step("one", async () => ({ at: new Date(0), none: undefined }));
    return [one, await context.step(async () => undefined)];
  },
  "a step that fails": async (context) => context.step("hopeless", flaky(9), { retryStrategy }),
  waits: async (context) => {
    await Promise.all([context.wait("long", { hours: 2 }), context.wait("short", { minutes: 1 })]);
    return context.step("after", async () => "both");
  },
  "at-most-once steps": async (context) =>
    context.step("once", flaky(1), { retryStrategy, semantics: StepSemantics.AtMostOncePerRetry }),
  "a condition": async (context) =>
    context.waitForCondition("counted", async (count: number) => count + 1, {
      initialState: 0,
      waitStrategy: (count) =>
        count < 3 ? { shouldContinue: true, delay: { minutes: 5 } } : { shouldContinue: false },
    }),
  "nested contexts": async (context) =>
    context.runInChildContext("outer", async (outer) => {
      await outer.step("a", async () => 1);
      return outer.runInChildContext("inner", async (inner) => {
        await inner.wait({ seconds: 5 });
        return inner.step("b", async () => 2);
      });
    }),
  "a map with a failure": async (context) => {
    const results = await context.map(
      "all",
      [0, 9, 1],
      async (each, failures) => each.step("flaky", flaky(failures), { retryStrategy }),
      { completionConfig: { toleratedFailureCount: 1 } },
    );
    return [
      results.getResults(),
      results.getErrors().map(({ message }) => message),
      results.completionReason,
    ];
  },
  "a flat map": async (context) => {
    const results = await context.map([1, 2, 3], async (each, item) => each.step(async () => item), {
      nesting: NestingType.FLAT,
    });
    await context.wait({ seconds: 1 });
    return results.getResults();
  },
  "a parallel with waits": async (context) => {
    const results = await context.parallel("both", [
      { name: "left", func: async (left) => left.wait({ seconds: 10 }) },
      { name: "right", func: async (right) => right.step(async () => "right") },
    ]);
    return results.getResults();
  },
  "promise combinators": async (context) => {
    const all = await context.promise.all("all", [context.step(async () => 1), context.step(async () => 2)]);
    const settled = await context.promise.allSettled([
      context.step(flaky(9), { retryStrategy: () => ({ shouldRetry: false }) }),
    ]);
    return [all, settled.map(({ status }) => status)];
  },
  invokes: async (context) => {
    const paid = await context.invoke("pay", "payments", { amount: 10 });
    const doubled = await context.invoke("double", "doubling", { n: 21 });
    return [paid, doubled];
  },
  "an invoke that fails": async (context) => context.invoke("pay", "payments", { amount: 1_000 }),
  "a callback": async (context) => context.waitForCallback("approval", async () => undefined),
  "an execution that throws": async (context) => {
    await context.step("before", async () => 1);
    throw new TypeError("thrown by the handler");
  },
};

const RUNS = 5;
const byRunner = new Map<string, unknown>();

beforeAll(async () => {
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });
  for (const [name, program] of Object.entries(programs)) byRunner.set(name, await settledByRunner(program));
  await LocalDurableTestRunner.teardownTestEnvironment();
});

afterAll(() => byRunner.clear());

test.for(Object.keys(programs))("agrees with AWS's local runner about %s", async (name) => {
  const program = programs[name];
  const handler = withDurableExecution(async (_event, context) => program?.(context));

  for (const replay of ["suspended", "always"] as const) {
    const { status, result, error, operations } = await simulate(handler, {
      functions: { payments, doubling },
      callbacks: name === "a callback" ? { approval: () => "yes" } : {},
      replay,
    });

    expect({ status, result, error, operations: operations.map(onTheWire).toSorted(byId) }).toEqual(
      byRunner.get(name),
    );
  }
});

/**
 * On a busy machine the runner returns before it has heard of the last checkpoints. No program leaves an operation behind, so it
 * is run again then. If the runner never hears of them, the comparison fails.
 */
async function settledByRunner(program: (context: DurableContext) => Promise<unknown>) {
  for (let attempt = 1; ; attempt++) {
    const run = await runByRunner(program);
    if (attempt === RUNS || run.operations.every(({ status }) => status !== "STARTED")) return run;
  }
}

async function runByRunner(program: (context: DurableContext) => Promise<unknown>) {
  const runner = new LocalDurableTestRunner({
    handlerFunction: withDurableExecution(async (_event, context) => program(context)),
  });
  runner.registerFunction("payments", payments).registerDurableFunction("doubling", doubling);
  const answer = async () => {
    const callback = await runner.getOperation("approval").waitForData(WaitingOperationStatus.SUBMITTED);
    await callback.sendCallbackSuccess("yes");
  };
  // Settles only where the program opens this callback.
  void answer().catch(() => undefined);
  const execution = await runner.run();
  const failed = execution.getStatus() === "FAILED";
  return {
    status: execution.getStatus(),
    result: failed ? undefined : execution.getResult(),
    error: failed ? errorOf(execution.getError()) : undefined,
    operations: execution.getOperations().map(reported).toSorted(byId),
  };
}

function errorOf({
  errorType,
  errorMessage,
}: {
  errorType: string | undefined;
  errorMessage: string | undefined;
}) {
  return { type: errorType ?? "Error", message: errorMessage };
}

function reported(operation: RunnerOperation) {
  const data = operation.getOperationData();
  const details =
    data?.StepDetails ?? data?.ContextDetails ?? data?.CallbackDetails ?? data?.ChainedInvokeDetails;
  const { Result, Error: error } = details ?? {};
  return {
    id: data?.Id,
    name: data?.Name,
    type: data?.Type,
    subType: data?.SubType,
    status: data?.Status,
    attempts: data?.StepDetails?.Attempt,
    result: Result === undefined || data?.Type === "CALLBACK" ? Result : withoutStacks(JSON.parse(Result)),
    error: error && { type: error.ErrorType ?? "Error", message: error.ErrorMessage },
  };
}

function onTheWire({ id, name, type, subType, status, attempts, result, error }: DurableOperation) {
  const wireId = hash("md5", id).slice(0, 16);
  return { id: wireId, name, type, subType, status, attempts, result: withoutStacks(result), error };
}

/** The combinators store the stacks of errors, which tell where the service's answers came from. */
function withoutStacks(value: unknown): unknown {
  const json = JSON.stringify(value, (key, each: unknown) => (key === "stack" ? undefined : each));
  return json === undefined ? undefined : JSON.parse(json);
}

function byId(a: { id: string | undefined }, b: { id: string | undefined }): number {
  return (a.id ?? "") < (b.id ?? "") ? -1 : 1;
}
