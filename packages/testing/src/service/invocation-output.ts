import type { ErrorObject } from "@aws/durable-execution-sdk-js";
import { formatValue } from "../format-value.ts";
import { isUnexpectedPayload } from "./invoked-function.ts";

/** What a durable function returns to the service. */
export type InvocationOutput =
  | { readonly status: "SUCCEEDED"; readonly result: string | undefined }
  | { readonly status: "FAILED"; readonly error: ErrorObject }
  | { readonly status: "PENDING" };

/**
 * Reads what a durable function returned to the service.
 *
 * @throws TypeError if `output` is not what a durable function returns
 */
export function readOutput(output: unknown): InvocationOutput {
  const { Status, Result, Error: error } = Object(output) as Record<string, unknown>;
  switch (Status) {
    case "SUCCEEDED":
      // An empty result means that the result was checkpointed before.
      return { status: Status, result: typeof Result === "string" && Result !== "" ? Result : undefined };
    case "FAILED": {
      const failure = Object(error) as ErrorObject;
      if (isUnexpectedPayload(failure.ErrorMessage)) throw unwrapped(`failed with ${failure.ErrorMessage}`);
      return { status: Status, error: failure };
    }
    case "PENDING":
      return { status: Status };
    default:
      throw unwrapped(`returned ${formatValue(output)}`);
  }
}

/** The error for a handler that is no durable function. */
export function unwrapped(what: string, cause?: unknown): TypeError {
  return new TypeError(
    `handler ${what} when it was invoked as a durable function; pass the function that withDurableExecution(…) ` +
      `returned, wrapped once, and let nothing in between change its event or its answer.`,
    cause === undefined ? undefined : { cause },
  );
}
