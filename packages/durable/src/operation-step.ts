import type { DurableContext, StepConfig } from "@aws/durable-execution-sdk-js";
import { serializeCounterError } from "./restore-counter-error.ts";
import { retryStrategy } from "./retry-strategy.ts";

/**
 * Runs an operation as one durable step, which starts now, so that its position follows from the order of calls alone. Its
 * errors are serialized, and retried by the table in counter-error.ts of core.
 *
 * @param mayRetry is asked before each retry; by default every retryable error is retried
 */
export function operationStep<R>(
  context: DurableContext,
  name: string,
  body: (attempt: number) => Promise<R>,
  mayRetry: () => boolean = () => true,
) {
  const config: StepConfig<R> = {
    retryStrategy: (error, attempt) => (mayRetry() ? retryStrategy(error, attempt) : { shouldRetry: false }),
  };
  return context.step(
    name,
    async ({ attempt }) => {
      try {
        return await body(attempt);
      } catch (error) {
        throw serializeCounterError(error);
      }
    },
    config,
  );
}

/**
 * Keeps Node from ending the process, and every replay after it, because of a rejection that the caller awaits only later. The
 * SDK does the same for its own promises. A caller that awaits the promise still gets the rejection.
 */
export function ignoreUnhandledRejection<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** A method as it is called: the caller gets invalid input as a rejection, like every other error. */
export function rejectWhatThrows<Args extends unknown[], T>(
  method: (...args: Args) => Promise<T>,
): (...args: Args) => Promise<T> {
  return (...args) => {
    try {
      return method(...args);
    } catch (error) {
      return ignoreUnhandledRejection(Promise.reject(error));
    }
  };
}
