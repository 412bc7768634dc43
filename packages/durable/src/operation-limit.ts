import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { CounterError } from "@durable-counter/core";

/** Durable operations that one execution may have: a quota of AWS Lambda that cannot be raised. */
const MAX_OPERATIONS = 3_000;

/** How many operations the counters of an invocation use, over all its contexts. */
const used = new WeakMap<object, number>();

/**
 * Counts an operation of a counter. Each invocation begins at 0, because it replays what earlier ones did. Other steps of the
 * execution are not counted: where they use up the quota, the service refuses the next operation.
 *
 * @returns false where counters alone have used up the quota
 */
export function takeOperation({ lambdaContext, executionContext }: DurableContext): boolean {
  // All contexts of an invocation share the Lambda context. A fake may have none.
  const invocation: object = lambdaContext ?? executionContext;
  const count = used.get(invocation) ?? 0;
  used.set(invocation, count + 1);
  return count < MAX_OPERATIONS;
}

/**
 * The error of an operation that would exceed the quota. The service would fail the whole execution instead. The code is
 * `misconfigured`, not `limit-exceeded`: the request is right, the function needs too many operations.
 *
 * @param label the counter's id or name
 * @param operations how many operations this counter has
 * @param value the value that they left
 */
export function operationLimitError(label: string, operations: number, value: number): CounterError {
  return new CounterError(
    "misconfigured",
    `Counter ${JSON.stringify(label)} cannot start another operation: a durable execution may have ${MAX_OPERATIONS}, and its counters have used them. This counter used ${operations} and left its value at ${value}. Use batch(), or steps: "batch" of createCounterHandler, which need one operation for up to 1000 commands, or count in an execution of its own, by context.invoke().`,
    { details: { maxOperations: MAX_OPERATIONS, operations, value } },
  );
}
