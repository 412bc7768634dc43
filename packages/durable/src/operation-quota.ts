import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { CounterError } from "@durable-counter/core";
import { contextPath } from "./context-path.ts";
import { restoreCounterError, serializeCounterError } from "./restore-counter-error.ts";

/** Durable operations that one execution may have: a quota of AWS Lambda that cannot be raised. */
const MAX_OPERATIONS = 3_000;

/** The operations of counters, by Lambda context and execution. */
const operations = new WeakMap<object, Map<string, Set<string>>>();

/**
 * The quota that all contexts of an execution share. It counts each operation of a counter once, however often that is replayed.
 * Other steps of the execution are not counted: where they use up the quota, the service refuses the next operation.
 *
 * @returns a function that takes an operation, by its name; it returns false where counters alone have used up the quota
 */
export function operationQuota(context: DurableContext): (name: string) => boolean {
  const { lambdaContext, executionContext } = context;
  // All contexts of an invocation share the Lambda context. A fake may have none, and a test may use one for several executions.
  const invocation: object = lambdaContext ?? executionContext;
  const executions = operations.get(invocation) ?? new Map<string, Set<string>>();
  operations.set(invocation, executions);
  const taken = executions.get(executionContext.durableExecutionArn) ?? new Set();
  executions.set(executionContext.durableExecutionArn, taken);
  const path = contextPath(context);
  return (name) => {
    const operation = `${path} ${name}`;
    return taken.size < MAX_OPERATIONS ? taken.add(operation).has(operation) : taken.has(operation);
  };
}

/**
 * The error of an operation that would exceed the quota. The service would fail the whole execution instead. The code is
 * `misconfigured`, not `limit-exceeded`: the request is right, the function needs too many operations.
 *
 * @returns an error that keeps its fields through the boundaries of an execution, as that of a step does
 * @param subject the counter or the store in a sentence: `Counter "a"`
 * @param operations how many operations it has
 * @param value the value that they left, if it is a counter
 */
export function operationLimitError(subject: string, operations: number, value?: number): unknown {
  const error = new CounterError(
    "misconfigured",
    `${subject} cannot start another operation: the counters of this execution have used all ${MAX_OPERATIONS}. This one used ${operations}${value === undefined ? "" : ` and left its value at ${value}`}. Use batch() or steps: "batch", or count in another execution, by context.invoke().`,
    { details: { maxOperations: MAX_OPERATIONS, operations, ...(value !== undefined && { value }) } },
  );
  return restoreCounterError(serializeCounterError(error));
}
