import { createRetryStrategy, retryPresets, StepError, type StepConfig } from "@aws/durable-execution-sdk-js";
import { isCounterError } from "@durable-counter/core";

/** Up to four minutes in all, two on average. The idempotency key makes every further attempt safe. */
const backOff = createRetryStrategy({
  maxAttempts: 10,
  initialDelay: { seconds: 1 },
  maxDelay: { seconds: 60 },
  backoffRate: 2,
});

/**
 * Retry or stop: `retryable` of a counter error decides, by the table in counter-error.ts of core. Other errors are retried as the SDK retries any
 * step.
 */
export const retryStrategy: NonNullable<StepConfig<unknown>["retryStrategy"]> = (error, attempt) => {
  const thrown = error instanceof StepError ? error.cause : error; // as serializeCounterError wraps it
  if (!isCounterError(thrown)) return retryPresets.default(error, attempt);
  return thrown.retryable ? backOff(error, attempt) : { shouldRetry: false };
};
