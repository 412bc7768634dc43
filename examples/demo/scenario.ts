import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { applyBatch, isCounterError, type BatchResult, type CounterRequest } from "@durable-counter/core";
import { restoreCounterError } from "@durable-counter/durable";
import { simulate } from "@durable-counter/testing";
import type { Environment } from "./environment.ts";

/** One event, handled by one handler, and what it cost. */
export interface Scenario {
  readonly handler: HandlerName;
  readonly commands: number;
  /** The value after each command that was applied. */
  readonly values: readonly number[];
  /** The value after the last command, or the code of the error that the handler failed with. */
  readonly outcome: Outcome;
  /** The right outcome, by the rules of the domain alone. */
  readonly expected: Outcome;
  /** Durable operations; undefined for a handler that is not durable. */
  readonly operations: number | undefined;
  /** How often the function was started. */
  readonly invocations: number;
  /** Requests that were sent to DynamoDB, including those whose reply was lost. */
  readonly requests: number;
}

export type Outcome = number | string;
export type HandlerName = keyof typeof handlers;

/** DynamoDB's first reply to a write is lost, or the process dies after every checkpoint. */
type Failure = "lost-reply" | "lost-process";

interface Ended {
  readonly outcome: Outcome;
  readonly values: readonly number[];
  readonly operations: number | undefined;
  readonly invocations: number;
}

/** The handlers as they are deployed. They read the environment when they are imported, so they are imported late. */
const handlers = {
  "00-naive-counter": {
    failure: "lost-reply",
    load: async () => durable((await import("../00-naive-counter.ts")).handler),
  },
  "01-durable-counter": {
    failure: "lost-process",
    load: async () => durable((await import("../01-durable-counter.ts")).handler),
  },
  "02-stateless-dynamodb": {
    failure: "lost-reply",
    load: async () => stateless((await import("../02-stateless-dynamodb.ts")).handler),
  },
  "03-durable-on-dynamodb": {
    failure: "lost-reply",
    load: async () => durable((await import("../03-durable-on-dynamodb.ts")).handler),
  },
} as const;

export const handlerNames = Object.keys(handlers) as readonly HandlerName[]; // keys of a literal

/** Runs one event on an empty table, with or without the handler's failure. */
export async function runScenario(
  { network, clear }: Environment,
  handler: HandlerName,
  event: CounterRequest,
  withFailure: boolean,
): Promise<Scenario> {
  await clear();
  const { load, failure } = handlers[handler];
  const run = await load();
  const fails = (wanted: Failure) => withFailure && failure === wanted;
  const requests = () => Object.values(network.requests).reduce((sum, count) => sum + count, 0);

  const before = requests();
  if (fails("lost-reply")) network.loseReply("UpdateItem");
  const ended = await run(event, fails("lost-process") ? "always" : "suspended");
  const expected = await outcomeOf(async () => applyBatch(0, event.commands, { min: 0 }));
  return { handler, commands: event.commands.length, ...ended, expected, requests: requests() - before };
}

/** Runs on the real durable SDK, with the simulated durable service. */
function durable(handler: DurableLambdaHandler) {
  return async (payload: CounterRequest, replay: "always" | "suspended"): Promise<Ended> => {
    const { result, error, operations, invocations } = await simulate<BatchResult>(handler, {
      payload,
      replay,
    });
    const outcome = await outcomeOf(async () => result ?? Promise.reject(error));
    const values = operations.flatMap((operation) => valueAfter(operation.result));
    return { outcome, values, operations: operations.length, invocations };
  };
}

function stateless(handler: (event: unknown) => Promise<BatchResult>) {
  return async (event: CounterRequest): Promise<Ended> => {
    const values: number[] = [];
    const outcome = await outcomeOf(async () => {
      const result = await handler(event);
      values.push(...result.results.map(({ after }) => after));
      return result;
    });
    return { outcome, values, operations: undefined, invocations: 1 };
  };
}

/** A step's result is the value after its command, or a `CommandResult`; nothing if the command was refused. */
function valueAfter(result: unknown): readonly number[] {
  const after: unknown =
    typeof result === "object" && result !== null ? Reflect.get(result, "after") : result;
  return typeof after === "number" ? [after] : [];
}

async function outcomeOf(run: () => Promise<Pick<BatchResult, "value">>): Promise<Outcome> {
  try {
    return (await run()).value;
  } catch (thrown) {
    const error = restoreCounterError(thrown);
    if (isCounterError(error)) return error.code;
    throw error;
  }
}
