import type { Fault } from "./fault.ts";

const RESET = { code: "ECONNRESET" };
export const TIMEOUT = { name: "TimeoutError" };
export const INTERNAL = { name: "InternalServerError", $metadata: { httpStatusCode: 500 } };
export const THROTTLED = {
  name: "ProvisionedThroughputExceededException",
  $metadata: { httpStatusCode: 400 },
};

/** What a client without retries is told, and how often the engine has counted by then, and in the end. */
export const FAULT_EFFECTS: Readonly<
  Record<Fault, { readonly told: object | string; readonly counted: number; readonly late?: number }>
> = {
  "lose-request": { told: TIMEOUT, counted: 0 },
  "lose-reply": { told: TIMEOUT, counted: 1 },
  "reset-before": { told: RESET, counted: 0 },
  "reset-after": { told: RESET, counted: 1 },
  delay: { told: TIMEOUT, counted: 0, late: 1 },
  duplicate: { told: "an answer", counted: 2 },
  "server-error": { told: INTERNAL, counted: 0 },
  "server-error-after": { told: INTERNAL, counted: 1 },
  throttle: { told: THROTTLED, counted: 0 },
  conflict: {
    told: { name: "TransactionConflictException", $metadata: { httpStatusCode: 400 } },
    counted: 0,
  },
  "cut-reply": { told: RESET, counted: 1 },
};
