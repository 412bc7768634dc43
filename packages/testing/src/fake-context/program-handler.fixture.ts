import { hash } from "node:crypto";
import {
  DurableOperationError,
  InvokeError,
  NestingType,
  StepSemantics,
  type BatchResult,
  type DurableContext,
  type DurablePromise,
  type Duration,
} from "@aws/durable-execution-sdk-js";
import type { CallbackAnswer } from "../service/callback-answer.ts";
import {
  ERRORS,
  VALUES,
  type Batch,
  type CallbackEnd,
  type Instruction,
  type Program,
} from "./random-program.fixture.ts";

/** The durable function that a program describes. Operations are named by their place in the program. */
export function handlerOf(program: Program) {
  return async (_event: unknown, context: DurableContext): Promise<unknown> => run(program, context, "op");
}

/** The functions that programs invoke. */
export const functions: Record<string, (input: unknown) => Promise<unknown>> = {
  echo: async (input) => ({ echo: input }),
  fail: async () => {
    throw new RangeError("refused");
  },
};

/** How the callbacks of a program end, by name. */
function callbackEndsOf(program: Program, path = "op"): Record<string, CallbackEnd> {
  return Object.assign(
    {},
    ...program.map((instruction, index) => endsWithin(instruction, `${path}.${index}`)),
  );
}

function endsWithin(instruction: Instruction, name: string): Record<string, CallbackEnd> {
  switch (instruction.do) {
    case "callback":
      return { [name]: instruction.ends };
    case "waitForCallback":
      // Nobody knows of a callback that was not submitted.
      return { [name]: instruction.submitterFails ? "timed out" : instruction.ends };
    case "child":
      return callbackEndsOf(instruction.body, name);
    case "parallel":
      return Object.assign(
        {},
        ...instruction.branches.map((branch, index) => callbackEndsOf(branch, `${name}.${index}`)),
      );
    case "attempt":
      return endsWithin(instruction.of, name);
    // The rest holds no callbacks.
    default:
      return {};
  }
}

/** What answers the callbacks of a program. */
export function answersOf(program: Program): Record<string, CallbackAnswer> {
  const ends = Object.entries(callbackEndsOf(program));
  return Object.fromEntries(ends.map(([name, end]) => [name, answerTo(name, end)]));
}

function answerTo(name: string, end: CallbackEnd): CallbackAnswer {
  return async (_, controls) => {
    if (end === "failed") throw new TypeError("denied");
    if (end === "timed out") await controls.sleep({ hours: 2 });
    return end === "silent" ? undefined : `answer to ${name}`;
  };
}

async function run(program: Program, context: DurableContext, path: string): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const [index, instruction] of program.entries()) {
    results.push(describe(await start(instruction, context, `${path}.${index}`)));
  }
  return results;
}

function start(instruction: Instruction, context: DurableContext, name: string): Promise<unknown> {
  switch (instruction.do) {
    case "step": {
      const { failures, maxAttempts, atMostOnce } = instruction;
      return context.step(
        name,
        async ({ attempt }) => {
          if (attempt <= failures) throw ERRORS[instruction.error]();
          return VALUES[instruction.value]();
        },
        {
          retryStrategy: (_, attempt) => ({
            shouldRetry: attempt < maxAttempts,
            delay: { seconds: attempt },
          }),
          semantics: atMostOnce ? StepSemantics.AtMostOncePerRetry : StepSemantics.AtLeastOncePerRetry,
        },
      );
    }
    case "wait":
      return context.wait(name, delayOf(name));
    case "condition":
      return context.waitForCondition<{ seen: unknown[] }>(
        name,
        async ({ seen }, { attempt }) => {
          if (instruction.ends === "badly" && attempt === instruction.polls) throw ERRORS.typed();
          // A check that returns nothing is not what the types allow, but what the SDK copes with.
          if (instruction.ends === "stateless") return undefined as unknown as { seen: unknown[] };
          return { seen: [...seen, attempt, NaN] };
        },
        {
          initialState: { seen: [] },
          waitStrategy: (_, attempt) =>
            attempt < instruction.polls
              ? { shouldContinue: true, delay: delayOf(name, attempt) }
              : { shouldContinue: false },
        },
      );
    case "child":
      return context.runInChildContext(name, (child) => run(instruction.body, child, name), {
        virtualContext: instruction.virtual,
        ...(instruction.mapsErrors && {
          errorMapper: (error) => new InvokeError(`mapped ${error.name}`, error, "mapped data"),
        }),
      });
    case "map":
      return context.map(
        name,
        Array.from({ length: instruction.items }, (_, index) => ({ index })),
        (child, { index }) => run(instruction.body, child, `${name}.${index}`),
        {
          ...batchConfig(instruction),
          ...(instruction.named && { itemNamer: ({ index }) => `${name}.item.${index}` }),
        },
      );
    case "parallel":
      return context.parallel(
        name,
        instruction.branches.map((branch, index) => {
          const func = (child: DurableContext): Promise<unknown> => run(branch, child, `${name}.${index}`);
          return instruction.named ? { name: `${name}.branch.${index}`, func } : func;
        }),
        batchConfig(instruction),
      );
    case "combine": {
      const operations = instruction.of.map(
        (each, index) =>
          // Leaves start exactly one operation, whose promise is the SDK's.
          start(each, context, `${name}.${index}`) as DurablePromise<unknown>,
      );
      const { promise } = context;
      const combinators: Record<typeof instruction.how, () => Promise<unknown>> = {
        all: () => promise.all(name, operations),
        allSettled: () => promise.allSettled(name, operations),
        any: () => promise.any(name, operations),
        race: () => promise.race(name, operations),
      };
      return combinators[instruction.how]();
    }
    case "callback":
      return context.createCallback(name, { timeout: { hours: 1 } }).then(async ([promise]) => promise);
    case "waitForCallback":
      return context.waitForCallback(
        name,
        async () => {
          if (instruction.submitterFails) throw ERRORS.named();
        },
        { timeout: { hours: 1 }, retryStrategy: () => ({ shouldRetry: false }) },
      );
    case "invoke": {
      const input = { value: VALUES[instruction.value]() };
      const functionId = instruction.fails ? "fail" : "echo";
      return instruction.named
        ? context.invoke<unknown, unknown>(name, functionId, input)
        : context.invoke<unknown, unknown>(functionId, input);
    }
    case "attempt":
      return start(instruction.of, context, name).catch((error: unknown) => ({ caught: error }));
  }
}

/**
 * A batch that ends early while others of its branches run leaves open how far those come, and one without
 * checkpoints of its branches may end otherwise on replay. Neither is something to compare.
 */
function batchConfig({ maxConcurrency, toleratedFailures, flat }: Batch) {
  const endsOnlyComplete = { completionConfig: { minSuccessful: Infinity } };
  if (flat)
    return { nesting: NestingType.FLAT, ...(maxConcurrency && { maxConcurrency }), ...endsOnlyComplete };
  if (maxConcurrency !== 1) return { ...(maxConcurrency && { maxConcurrency }), ...endsOnlyComplete };
  if (toleratedFailures === undefined) return { maxConcurrency };
  return { maxConcurrency, completionConfig: { toleratedFailureCount: toleratedFailures } };
}

/** Different for each operation and attempt: who comes first of two at one moment is not to be compared either. */
function delayOf(name: string, attempt = 0): Duration {
  return { seconds: 1 + (Number.parseInt(hash("md5", `${name}/${attempt}`).slice(0, 8), 16) % 997) };
}

/** A value so that JSON shows what it was: an undefined, a Date, an error with its causes, a batch result. */
function describe(value: unknown): unknown {
  if (value instanceof Error) {
    const { name, message, cause } = value;
    const durable = value instanceof DurableOperationError && {
      errorType: value.errorType,
      errorData: value.errorData ?? null,
    };
    return { class: value.constructor.name, name, message, ...durable, cause: describe(cause) };
  }
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : Number.isNaN(value) ? "NaN" : value;
  if (typeof value !== "object" || value === null) return value === undefined ? "undefined" : value;
  if (isBatchResult(value)) {
    const { all, status, completionReason, successCount, failureCount, startedCount, totalCount } = value;
    const counts = [successCount, failureCount, startedCount, totalCount];
    return { all: describe(all), results: describe(value.getResults()), status, completionReason, counts };
  }
  if (Array.isArray(value)) return value.map(describe);
  if (value instanceof Date) return `Date ${value.getTime()}`;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([key, each]) => [key, describe(each)]),
  );
}

function isBatchResult(value: object): value is BatchResult<unknown> {
  return "throwIfError" in value;
}
