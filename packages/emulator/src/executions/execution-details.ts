import type { Operation } from "@durable-counter/testing/service";
import type { Execution } from "./execution.ts";

/** One execution, as the console shows it. Times are milliseconds since the epoch. */
export type ExecutionDetails = ReturnType<typeof executionDetails>;

export function executionDetails({ recorded, isRunning }: Execution) {
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

/** @param canSkip whether it waits for time to pass, which can be skipped */
function shown(operation: Operation, canSkip: boolean) {
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
