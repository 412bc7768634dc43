import { isAsyncFunction } from "node:util/types";

/** How often, and with what, a flaky function fails. */
export interface FlakyOptions {
  /** Calls that fail before the function is called: a whole number of at least 0. */
  readonly failures: number;
  /** What they fail with; by default an error that counts them: `flaky: failure 1 of 2`. */
  readonly error?: Error;
}

/**
 * Makes a function fail its first calls and then work: for steps that are retried. An `async` function rejects,
 * another one throws.
 *
 * @throws TypeError for anything but a function; RangeError for failures that cannot be counted
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
  // An async function's Result is a promise, and so is this one's.
  return (async (...args: Arguments) => call(...args)) as typeof call;
}
