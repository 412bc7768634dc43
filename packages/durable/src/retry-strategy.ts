import { createRetryStrategy, retryPresets, type StepConfig } from "@aws/durable-execution-sdk-js";
import { isCounterError } from "@durable-counter/core";

/** Up to four minutes in all, two on average: the idempotency key makes every further attempt safe. */
const backOff = createRetryStrategy({
  maxAttempts: 10,
  initialDelay: { seconds: 1 },
  maxDelay: { seconds: 60 },
  backoffRate: 2,
});

/**
 * Retry or stop. What a counter error's code says goes: the table is `retryable` in core. What is no counter error
 * gets what the SDK gives any step.
 */
export const retryStrategy: NonNullable<StepConfig<unknown>["retryStrategy"]> = (error, attempt) => {
  if (!isCounterError(error)) return retryPresets.default(error, attempt);
  return error.retryable ? backOff(error, attempt) : { shouldRetry: false };
};
