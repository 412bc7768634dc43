import { retryPresets, type StepConfig } from "@aws/durable-execution-sdk-js";

/** A text that is not there, or not as it must be: trying again does not help. */
export class UnusableTextError extends Error {
  override readonly name = "UnusableTextError";
}

/** What is wrong with the text itself is not read six times over a minute; a disk or a network gets its chance. */
export const textRetryStrategy: NonNullable<StepConfig<unknown>["retryStrategy"]> = (error, attempt) =>
  error instanceof UnusableTextError ? { shouldRetry: false } : retryPresets.default(error, attempt);
