import { retryPresets, type StepConfig } from "@aws/durable-execution-sdk-js";

/** The error of a missing or unusable text. A retry does not help. */
export class UnusableTextError extends Error {
  override readonly name = "UnusableTextError";
}

/** Errors of a disk or a network are retried as the SDK retries any step. An unusable text is not read again. */
export const textRetryStrategy: NonNullable<StepConfig<unknown>["retryStrategy"]> = (error, attempt) =>
  error instanceof UnusableTextError ? { shouldRetry: false } : retryPresets.default(error, attempt);
