import { CounterError } from "@durable-counter/core";
import { MAX_OPERATIONS } from "./operation-budget.ts";

/** What a counter did in its execution until no operation was left. */
interface Progress {
  /** The counter's id or name. */
  readonly counter: string;
  readonly operations: number;
  readonly value: number;
  /** Operations of all counters of the execution. */
  readonly byCounters: number;
}

/**
 * The error of an operation that an execution has no room for, before the service fails the whole execution on it. The
 * code is `misconfigured`, not `limit-exceeded`: who asked for the count did nothing wrong, the function did.
 */
export function noOperationLeft({ counter, operations, value, byCounters }: Progress): CounterError {
  const done =
    operations === 0
      ? "this counter made none of them"
      : `this counter made ${operations} of them, which stay, and left its value at ${value}`;
  return new CounterError(
    "misconfigured",
    `Counter ${JSON.stringify(counter)} cannot count on: a durable execution may have ${MAX_OPERATIONS} operations, and this one has them, ${byCounters} by counters; ${done}. Use batch(), or steps: "batch" of createCounterHandler, which make one operation of up to 1000 commands, or count in an execution of its own, by context.invoke().`,
    { details: { maxOperations: MAX_OPERATIONS, operations, byCounters, ...(operations > 0 && { value }) } },
  );
}
