import type { PreparedCode } from "./bundle.ts";

const NOTHING_DURABLE =
  "It is a plain function. For a durable one, wrap the handler with withDurableExecution of @aws/durable-execution-sdk-js.";

const NOT_WRAPPED =
  "It uses @aws/durable-execution-sdk-js, but its handler is not wrapped, so that it runs as a plain function and gets no " +
  "durable context. Export what withDurableExecution(handler) returns.";

/**
 * A sentence for a function that is not durable, but may be meant to be.
 *
 * @param isWrapped whether its process has passed another function than the handler to `withDurableExecution`
 * @returns nothing for a durable function, and for one that was not bundled, of which it is not known
 */
export function durableHint(code: PreparedCode, isWrapped: boolean): string | undefined {
  if (!code.isBundle || isWrapped) return undefined;
  return code.usesDurableSdk ? NOT_WRAPPED : NOTHING_DURABLE;
}
