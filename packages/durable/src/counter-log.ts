import {
  isCounterError,
  parser,
  type Command,
  type CounterErrorCode,
  type ApplyResult,
} from "@durable-counter/core";

/** The logger of a counter. A Powertools `Logger`, the SDK's `context.logger` and `console` fit as they are. */
export interface CounterLogger {
  /** Gets the operations that were applied or replayed. */
  info(message: string, record: CounterLogRecord): unknown;
  /** Gets the operations that were rejected or failed. */
  warn(message: string, record: CounterLogRecord): unknown;
}

/**
 * The outcome of one run of an operation. It is flat, so that each field can be queried by its name. `executionArn`,
 * `operationName` and `attempt` have the same names in the durable SDK's own records.
 */
export type CounterLogRecord = Readonly<{
  /**
   * `applied`: counted now. `replayed`: the store knew the idempotency key and answered with the recorded results. `rejected`:
   * nothing counted, and a retry does not help. `failed`: the outcome is not known; the step's next attempt, if there is one,
   * finds out.
   */
  outcome: "applied" | "replayed" | "rejected" | "failed";
  /** The counter's id, or its name where the value lives in the execution. */
  counter: string;
  executionArn: string;
  /** Which context of the execution: `root`, or as `2-1` the first child of its second operation. */
  context?: string;
  /** The name of the step, such as `cart-7/0/increment(5)`. */
  operationName: string;
  /** The position among the counter's operations, from 0. */
  sequence: number;
  /** The attempt of the step, from 1. */
  attempt: number;
  type: Command["type"] | "batch";
  /** How many commands the operation has. */
  commands: number;
  /** The value before the first command. Missing for `rejected` and `failed`. */
  before?: number;
  /** The value after the last command. Missing for `rejected` and `failed`. */
  after?: number;
  /** The code of a `CounterError`, where the operation was rejected or failed with one. */
  errorCode?: CounterErrorCode;
  /** The message of the error, where the operation was rejected or failed. */
  errorMessage?: string;
}>;

/** The fields of a record that are the same for all operations of a counter. */
type LoggedCounter = Pick<CounterLogRecord, "counter" | "executionArn" | "context">;

/** The fields of a record that identify one run of an operation. */
type LoggedOperation = Pick<CounterLogRecord, "operationName" | "sequence" | "attempt" | "type" | "commands">;

/** Logs how a run of an operation ended, in one record. Never throws: a logger that fails must not break a count. */
type CounterLog = (operation: LoggedOperation) => {
  readonly answered: (applied: ApplyResult) => void;
  readonly threw: (error: unknown) => void;
};

/** Parser of {@link CounterLogger}. An invalid logger is refused at once, because operations ignore what a logger throws. */
export const loggerParser = parser<CounterLogger>(
  (logger) => ["info", "warn"].every((level) => typeof Reflect.get(Object(logger), level) === "function"),
  'pass a logger with the methods "info" and "warn"',
);

/** Creates the log of one counter. */
export function createCounterLog(logger: CounterLogger, counter: LoggedCounter): CounterLog {
  const name = JSON.stringify(counter.counter);

  return (operation) => ({
    answered: ({ value, results, replayed }) => {
      const before = results[0]?.before ?? value;
      const what = `${operation.operationName} on ${name}`;
      const message = replayed
        ? `Replayed ${what}, which had counted before: from ${before} to ${value}.`
        : `Applied ${what}: from ${before} to ${value}.`;
      const outcome = replayed ? "replayed" : "applied";
      write(logger, "info", message, { outcome, ...counter, ...operation, before, after: value });
    },
    threw: (error) => {
      const errorMessage = error instanceof Error ? error.message : String(error);
      const known = isCounterError(error) ? error : undefined;
      // An error that is no counter error is retried as the SDK retries any step.
      const retryable = known?.retryable ?? true;
      const what = `${operation.operationName} on ${name}`;
      const message = retryable
        ? `Attempt ${operation.attempt} of ${what} failed: ${errorMessage}`
        : `Rejected ${what}: ${errorMessage}`;
      const outcome = retryable ? "failed" : "rejected";
      const errorCode = known && { errorCode: known.code };
      write(logger, "warn", message, { outcome, ...counter, ...operation, ...errorCode, errorMessage });
    },
  });
}

function write(
  logger: CounterLogger,
  level: "info" | "warn",
  message: string,
  record: CounterLogRecord,
): void {
  try {
    // A logger may be asynchronous. Its unhandled rejection would end the process.
    Promise.resolve(logger[level](message, record)).catch(() => undefined);
  } catch {
    // A logger that throws leaves nothing to log the error with.
  }
}
