import type { OperationStatus, OperationSubType, OperationType } from "@aws/durable-execution-sdk-js";

/** One durable operation of a run, as an assertion wants to read it. */
export interface DurableOperation {
  /** Its position: `"1"`, `"2"`, and `"2-1"` for the first operation within the second. */
  readonly id: string;
  readonly name?: string;
  readonly type: OperationType;
  readonly subType: `${OperationSubType}`;
  readonly status: OperationStatus;
  /** How often the body ran to its end; for steps and conditions. */
  readonly attempts?: number;
  /** The result, as revived from its checkpoint. */
  readonly result?: unknown;
  /** What it failed with. */
  readonly error?: { readonly type: string; readonly message: string };
}
