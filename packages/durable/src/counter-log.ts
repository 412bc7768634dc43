import {
  withRemedy,
  isCounterError,
  type Command,
  type CounterErrorCode,
  type ApplyResult,
} from "@durable-counter/core";
import * as z from "zod/mini";

/**
 * Where a counter tells what became of its commands: a Powertools `Logger`, the SDK's `context.logger` or `console`,
 * as they are.
 */
export interface CounterLogger {
  info(message: string, record: CounterLogRecord): unknown;
  warn(message: string, record: CounterLogRecord): unknown;
}

/**
 * What one run of an operation came to. Flat, so that each field can be queried by its name; `executionArn`,
 * `operationName` and `attempt` are called as in the durable SDK's own lines.
 */
export type CounterLogRecord = Readonly<{
  /**
   * `applied` now; `replayed`, the store knew the idempotency key and answered with the results of the first time; `rejected`
   * for good, nothing counted; `failed`, without an answer: the step's next attempt, if there is one, finds out.
   */
  outcome: "applied" | "replayed" | "rejected" | "failed";
  /** The counter's id, or its name where the value lives in the execution. */
  counter: string;
  executionArn: string;
  /** Which context of the execution: `root`, or as `2-1` the first child of its second operation. */
  context?: string;
  /** As the console shows it: `counter/0/increment`. */
  operationName: string;
  /** The place among the counter's operations, from 0. */
  sequence: number;
  /** Of the step, from 1. */
  attempt: number;
  type: Command["type"] | "batch";
  /** How many commands the operation has. */
  commands: number;
  /** The value before the first command, where they were answered. */
  before?: number;
  /** The value after the last. */
  after?: number;
  /** The code of a `CounterError`. */
  errorCode?: CounterErrorCode;
  errorMessage?: string;
}>;

/** What of a record is the same for all operations of a counter. */
export type LoggedCounter = Pick<CounterLogRecord, "counter" | "executionArn" | "context">;

/** What of a record names one run of an operation. */
export type LoggedOperation = Pick<
  CounterLogRecord,
  "operationName" | "sequence" | "attempt" | "type" | "commands"
>;

/** Tells how a run of an operation ended, in one record. Never throws: a logger that fails must not break a count. */
export type CounterLog = (operation: LoggedOperation) => {
  readonly answered: (receipt: ApplyResult) => void;
  readonly threw: (error: unknown) => void;
};

/** To be refused at once: an operation would swallow the error, and nobody would miss the records. */
export const Logger = z.custom<CounterLogger>(
  (logger) => ["info", "warn"].every((level) => typeof memberOf(logger, level) === "function"),
  withRemedy('pass a logger with the methods "info" and "warn"'),
);

function memberOf(value: unknown, key: string): unknown {
  return (typeof value === "object" && value !== null) || typeof value === "function"
    ? Reflect.get(value, key)
    : undefined;
}

export function createCounterLog(logger: CounterLogger, counter: LoggedCounter): CounterLog {
  const name = JSON.stringify(counter.counter);

  return (operation) => ({
    answered: ({ value, results, replayed }) => {
      const before = results[0]?.before ?? value;
      const { operationName, commands } = operation;
      const what = `${operationName}${commands === 1 ? "" : ` (${commands} commands)`} on ${name}`;
      tell(
        logger,
        "info",
        replayed
          ? `Replayed ${what}, which had counted before: from ${before} to ${value}.`
          : `Applied ${what}: from ${before} to ${value}.`,
        {
          outcome: replayed ? "replayed" : "applied",
          ...counter,
          ...operation,
          before,
          after: value,
        },
      );
    },
    threw: (error) => {
      const errorMessage = error instanceof Error ? error.message : String(error);
      const known = isCounterError(error) ? error : undefined;
      // What is no counter error is retried like that of any step.
      const retryable = known?.retryable ?? true;
      const what = `${operation.operationName} on ${name}`;
      tell(
        logger,
        "warn",
        retryable
          ? `Attempt ${operation.attempt} of ${what} failed: ${errorMessage}`
          : `Rejected ${what}: ${errorMessage}`,
        {
          outcome: retryable ? "failed" : "rejected",
          ...counter,
          ...operation,
          ...(known && { errorCode: known.code }),
          errorMessage,
        },
      );
    },
  });
}

function tell(
  logger: CounterLogger,
  level: "info" | "warn",
  message: string,
  record: CounterLogRecord,
): void {
  try {
    // A logger may be asynchronous, and its rejection would end the process.
    Promise.resolve(logger[level](message, record)).catch(() => undefined);
  } catch {
    // Nobody is left to be told.
  }
}
