import type { OperationStatus, OperationSubType, OperationType } from "@aws/durable-execution-sdk-js";

/** One durable operation of an execution, for assertions. */
export interface DurableOperation {
  /** The position of the operation: `"1"`, `"2"`, and `"2-1"` for the first operation within the second. */
  readonly id: string;
  readonly name?: string;
  readonly type: OperationType;
  readonly subType: `${OperationSubType}`;
  readonly status: OperationStatus;
  /** How often the body has run to its end, for steps and conditions. */
  readonly attempts?: number;
  /** The result, deserialized from its checkpoint. */
  readonly result?: unknown;
  /** When it started and ended, in virtual time. */
  readonly startedAt: Date;
  readonly endedAt?: Date;
  /** The duration of a wait, in seconds. */
  readonly waitSeconds?: number;
  /** The id of a callback, as its submitter gets it. */
  readonly callbackId?: string;
  /** The error with which it failed. */
  readonly error?: { readonly type: string; readonly message: string };
}

/** The result of a checkpoint. A custom serdes may write any text; text that is not JSON is returned unchanged. */
export function readResult(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
