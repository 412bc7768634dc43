import type { InvokedFunction } from "./service/invoked-function.ts";

/**
 * A function for the `functions` of `simulate` and `FakeContext` that returns a value.
 *
 * @example
 * ```ts
 * await simulate(handler, { functions: { payments: returning({ paid: 5 }) } });
 * ```
 */
export function returning(value: unknown): InvokedFunction {
  return async () => value;
}

/**
 * A function for the `functions` of `simulate` and `FakeContext` that fails.
 *
 * @param error an error, or its message
 * @example
 * ```ts
 * await simulate(handler, { functions: { payments: failing("out of stock") } });
 * ```
 */
export function failing(error: Error | string): InvokedFunction {
  return async () => {
    throw typeof error === "string" ? new Error(error) : error;
  };
}
