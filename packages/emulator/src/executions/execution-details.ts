import type { Operation } from "@durable-counter/testing/service";
import type { Execution } from "./execution.ts";
import type { ExecutionSummary } from "./journal.ts";

/** One operation, as the console shows it. */
interface ShownOperation {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly name: string | undefined;
  readonly type: string;
  readonly status: string;
  readonly attempts: number | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly result: string | undefined;
  readonly error: string | undefined;
  /** Of a callback that is open. */
  readonly callbackId: string | undefined;
  /** Whether it waits for time to pass, which can be skipped. */
  readonly canSkip: boolean;
}

/** One execution, as the console shows it. */
export interface ExecutionDetails extends ExecutionSummary {
  /** Whether a process works on it right now. */
  readonly isRunning: boolean;
  readonly invocations: number;
  readonly payload: string | undefined;
  readonly result: string | undefined;
  readonly error: string | undefined;
  readonly operations: readonly ShownOperation[];
}

export function executionDetails({ recorded, isRunning }: Execution): ExecutionDetails {
  const { start, end, invocations, summary, state, pending } = recorded;
  return {
    ...summary,
    isRunning,
    invocations,
    payload: start.payload,
    result: end?.result,
    error: textOf(end?.error),
    operations: Array.from(state.operations, (operation) =>
      shown(operation, pending.isWaiting(operation.Id ?? "") && operation.Type !== "CALLBACK"),
    ),
  };
}

function shown(operation: Operation, canSkip: boolean): ShownOperation {
  const { Id = "", ParentId, Name, SubType, Type = "", Status = "" } = operation;
  const { StepDetails, ContextDetails, CallbackDetails, ChainedInvokeDetails } = operation;
  const { Result, Error: error } =
    StepDetails ?? ContextDetails ?? CallbackDetails ?? ChainedInvokeDetails ?? {};
  return {
    id: Id,
    parentId: ParentId,
    name: Name,
    type: SubType ?? Type,
    status: Status,
    attempts: StepDetails?.Attempt,
    startedAt: operation.StartTimestamp?.getTime(),
    endedAt: operation.EndTimestamp?.getTime(),
    result: Result,
    error: textOf(error),
    callbackId: Status === "STARTED" ? CallbackDetails?.CallbackId : undefined,
    canSkip,
  };
}

function textOf(error: { ErrorType?: string | undefined; ErrorMessage?: string | undefined } | undefined) {
  return error && [error.ErrorType, error.ErrorMessage].filter(Boolean).join(": ");
}
