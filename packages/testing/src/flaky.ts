import { isAsyncFunction } from "node:util/types";

/** Options of {@link flaky}. */
export interface FlakyOptions {
  /** How many calls fail before the function is called: a whole number of at least 0. */
  readonly failures: number;
  /** The error of these calls. Default: one that counts them, `flaky: failure 1 of 2`. */
  readonly error?: Error | undefined;
}

/**
 * Makes the first calls of a function fail, to test retries. An `async` function rejects, any other function throws.
 *
 * @throws TypeError if `fn` is no function; RangeError for an invalid number of failures
 * @example
 * ```ts
 * const charge = flaky(async () => "charged", { failures: 2 });
 * ```
 */
export function flaky<Arguments extends readonly unknown[], Result>(
  fn: (...args: Arguments) => Result,
  { failures, error }: FlakyOptions,
): (...args: Arguments) => Result {
  if (typeof fn !== "function")
    throw new TypeError(`fn is a ${typeof fn}; pass the function that is to be flaky.`);
  if (!Number.isSafeInteger(failures) || failures < 0) {
    throw new RangeError(`options.failures is ${String(failures)}; pass a whole number of at least 0.`);
  }
  let failed = 0;
  const call = (...args: Arguments): Result => {
    if (failed === failures) return fn(...args);
    failed++;
    throw error ?? new Error(`flaky: failure ${failed} of ${failures}`);
  };
  if (!isAsyncFunction(fn)) return call;
  // The Result of an async function is a promise, and so is the Result of this one.
  return (async (...args: Arguments) => call(...args)) as typeof call;
}
