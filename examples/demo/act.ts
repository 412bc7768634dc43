import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { applyBatch, isCounterError, type BatchResult, type CounterRequest } from "@durable-counter/core";
import { restoreCounterError } from "@durable-counter/durable";
import { simulate } from "@durable-counter/testing";
import type { Stage } from "./stage.ts";

/** One event, given to one handler. */
export interface Act {
  readonly handler: HandlerName;
  readonly commands: number;
  /** The value after the last command, or what the handler failed with. */
  readonly outcome: Outcome;
  /** What the commands come to by the rules of the domain alone. */
  readonly expected: Outcome;
  /** Durable operations; undefined for a handler that is not durable. */
  readonly operations: number | undefined;
  /** How often the function was started. */
  readonly invocations: number;
  /** Requests on their way to DynamoDB, those whose reply was lost included. */
  readonly requests: number;
}

export type Outcome = number | string;
export type HandlerName = keyof typeof handlers;

/** What goes wrong: DynamoDB's first reply to a write is lost, or the process dies after every checkpoint. */
type Mishap = "lost-reply" | "lost-process";

interface Ended {
  readonly outcome: Outcome;
  readonly operations: number | undefined;
  readonly invocations: number;
}

/** The handlers as they are deployed. Imported late, for they read the environment when they are. */
const handlers = {
  "00-naive-counter": {
    mishap: "lost-reply",
    load: async () => durable((await import("../00-naive-counter.ts")).handler),
  },
  "01-durable-counter": {
    mishap: "lost-process",
    load: async () => durable((await import("../01-durable-counter.ts")).handler),
  },
  "02-stateless-dynamodb": {
    mishap: "lost-reply",
    load: async () => stateless((await import("../02-stateless-dynamodb.ts")).handler),
  },
  "03-durable-on-dynamodb": {
    mishap: "lost-reply",
    load: async () => durable((await import("../03-durable-on-dynamodb.ts")).handler),
  },
} as const;

export const handlerNames = Object.keys(handlers) as readonly HandlerName[]; // keys of a literal

/** Plays one event on an empty table, with or without the handler's mishap. */
export async function playAct(
  { network, clear }: Stage,
  handler: HandlerName,
  event: CounterRequest,
  withMishap: boolean,
): Promise<Act> {
  await clear();
  const { load, mishap } = handlers[handler];
  const run = await load();
  const happens = (wanted: Mishap) => withMishap && mishap === wanted;
  const requests = () => Object.values(network.requests).reduce((sum, count) => sum + count, 0);

  const before = requests();
  if (happens("lost-reply")) network.loseReply("UpdateItem");
  const ended = await run(event, happens("lost-process") ? "always" : "suspended");
  const expected = await outcomeOf(async () => applyBatch(0, event.commands, { min: 0 }));
  return { handler, commands: event.commands.length, ...ended, expected, requests: requests() - before };
}

/** On the real durable SDK, against a durable service in memory. */
function durable(handler: DurableLambdaHandler) {
  return async (payload: CounterRequest, replay: "always" | "suspended"): Promise<Ended> => {
    const { result, error, operations, invocations } = await simulate<BatchResult>(handler, {
      payload,
      replay,
    });
    const outcome = await outcomeOf(async () => result ?? Promise.reject(error));
    return { outcome, operations: operations.length, invocations };
  };
}

function stateless(handler: (event: unknown) => Promise<BatchResult>) {
  return async (event: CounterRequest): Promise<Ended> => ({
    outcome: await outcomeOf(() => handler(event)),
    operations: undefined,
    invocations: 1,
  });
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
