import type { ErrorObject } from "@aws/durable-execution-sdk-js";

/** How an invoked function or an execution ended. A result is JSON. */
export interface InvokeOutcome {
  readonly result?: string | undefined;
  readonly error?: ErrorObject | undefined;
  /** Present if the function did not end by itself. */
  readonly endedBy?: "TIMED_OUT" | "STOPPED" | undefined;
}
