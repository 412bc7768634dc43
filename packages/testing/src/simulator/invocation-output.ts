import type { ErrorObject } from "@aws/durable-execution-sdk-js";
import { described } from "../format-value.ts";
import { isUnexpectedPayload } from "./function-registry.ts";

/** What a durable function answers the service. */
export type InvocationOutput =
  | { readonly status: "SUCCEEDED"; readonly result: string | undefined }
  | { readonly status: "FAILED"; readonly error: ErrorObject }
  | { readonly status: "PENDING" };

/** @throws TypeError when `output` is not what a function that `withDurableExecution` returned answers */
export function readOutput(output: unknown): InvocationOutput {
  const { Status, Result, Error: error } = Object(output) as Record<string, unknown>;
  switch (Status) {
    case "SUCCEEDED":
      // An empty result tells that it was checkpointed before.
      return { status: Status, result: typeof Result === "string" && Result !== "" ? Result : undefined };
    case "FAILED": {
      const failure = Object(error) as ErrorObject;
      if (isUnexpectedPayload(failure.ErrorMessage)) throw unwrapped(`failed with ${failure.ErrorMessage}`);
      return { status: Status, error: failure };
    }
    case "PENDING":
      return { status: Status };
    default:
      throw unwrapped(`returned ${described(output)}`);
  }
}

/** The error for a handler that does not speak the protocol. */
export function unwrapped(what: string, cause?: unknown): TypeError {
  return new TypeError(
    `handler ${what} when it was invoked as a durable function; pass the function that withDurableExecution(…) ` +
      `returned, wrapped once, and let nothing in between change its event or its answer.`,
    cause === undefined ? undefined : { cause },
  );
}
