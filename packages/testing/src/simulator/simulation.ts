import { inspect } from "node:util";
import type { ErrorObject, Operation } from "@aws/durable-execution-sdk-js";
import { waitSecondsOf } from "../service/duration.ts";
import { readResult, type DurableOperation } from "../service/durable-operation.ts";
import type { ExecutionHistoryEvent } from "../service/execution-history.ts";
import type { InvokeOutcome } from "../service/invoke-outcome.ts";

/** The outcome of a simulated execution. */
export interface Simulation<Result = unknown> {
  readonly status: "SUCCEEDED" | "FAILED";
  /** What the handler returned, read from its JSON. */
  readonly result?: Result;
  readonly error?: ExecutionError;
  /** All durable operations, in start order. */
  readonly operations: readonly DurableOperation[];
  /** How often the function was invoked. */
  readonly invocations: number;
  /** How often the SDK called the service to checkpoint, including polls. */
  readonly checkpoints: number;
  /** Bytes of the results and errors that were checkpointed, as UTF-8. */
  readonly bytesWritten: number;
  /**
   * Everything that happened, in the format of GetDurableExecutionHistory: `renderTimeline` draws it, and
   * `replayHistory` replays it.
   */
  readonly history: readonly ExecutionHistoryEvent[];
  /**
   * The executions of durable functions that it invoked, by the `Id` that the operation has in the history. Missing if
   * there were none. `renderTimeline` draws them too.
   */
  readonly invoked?: Readonly<Record<string, InvokedExecution>>;
}

/** What is known of an execution that another one invoked. */
export interface InvokedExecution {
  readonly history: readonly ExecutionHistoryEvent[];
  readonly invoked?: Readonly<Record<string, InvokedExecution>>;
}

/** The error of an execution, as the service stores it. */
export interface ExecutionError {
  /** The name of the error's class. */
  readonly type: string;
  readonly message: string;
  /** Additional data that the durable SDK stored. */
  readonly errorData?: string;
}

type RecordedExecution = Pick<ClosedExecution, "history" | "children">;

/** The parts of an execution that its report is made of. */
interface ClosedExecution {
  readonly outcome: InvokeOutcome | undefined;
  readonly invocations: number;
  readonly checkpoints: number;
  readonly bytesWritten: number;
  readonly history: { readonly events: readonly ExecutionHistoryEvent[] };
  readonly children: ReadonlyMap<string, RecordedExecution>;
  positioned(): Iterable<readonly [position: string, operation: Operation]>;
}

/**
 * Builds the report of a closed execution. Operations and history are built when they are read: a closed execution does
 * not change, and most tests read neither.
 */
export function simulationOf(execution: ClosedExecution): Simulation {
  const { result, error } = execution.outcome ?? {};
  const { invocations, checkpoints, bytesWritten } = execution;
  let operations: readonly DurableOperation[] | undefined;
  const report = {
    ...(error === undefined
      ? {
          status: "SUCCEEDED" as const,
          ...(result === undefined ? {} : { result: JSON.parse(result) as unknown }),
        }
      : { status: "FAILED" as const, error: executionError(error) }),
    invocations,
    checkpoints,
    bytesWritten,
    get operations() {
      return (operations ??= operationsOf(execution));
    },
    get history() {
      return execution.history.events;
    },
    ...(execution.children.size > 0 && { invoked: invokedBy(execution) }),
  };
  return Object.defineProperty(report, inspect.custom, PRINTED);
}

/** `console.log` would show `[Getter]` for what is built when it is read. A copy has values. */
const PRINTED: PropertyDescriptor & ThisType<Simulation> = {
  value() {
    return { ...this };
  },
};

/** The histories of executions that the execution invoked, built when they are read. */
export function invokedBy({ children }: RecordedExecution): Readonly<Record<string, InvokedExecution>> {
  const invoked = Array.from(children, ([id, child]) => {
    const execution = {
      get history() {
        return [...child.history.events];
      },
      ...(child.children.size > 0 && { invoked: invokedBy(child) }),
    };
    return [id, execution] as const;
  });
  return Object.fromEntries(invoked);
}

/** All operations of an execution, closed or not. */
export function operationsOf(execution: Pick<ClosedExecution, "positioned">): readonly DurableOperation[] {
  return Array.from(execution.positioned(), ([id, operation]) => operationOf(id, operation));
}

function operationOf(id: string, operation: Operation): DurableOperation {
  const { Name, Type, SubType, Status, StepDetails, WaitDetails, CallbackDetails } = operation;
  const { StartTimestamp, EndTimestamp } = operation;
  const { Result, Error: error } = detailsOf(operation);
  const { type, message } = executionError(error ?? {});
  return {
    id,
    ...(Name === undefined ? {} : { name: Name }),
    // Every update of the SDK carries all three.
    type: Type as DurableOperation["type"],
    subType: SubType as DurableOperation["subType"],
    status: Status as DurableOperation["status"],
    ...(Type === "STEP" ? { attempts: StepDetails?.Attempt ?? 0 } : {}),
    // A callback carries text.
    ...(Status === "SUCCEEDED" && Result
      ? { result: Type === "CALLBACK" ? Result : readResult(Result) }
      : {}),
    ...(error === undefined || Status === "SUCCEEDED" ? {} : { error: { type, message } }),
    startedAt: StartTimestamp ?? new Date(0), // the simulated service always sets it
    ...(EndTimestamp === undefined ? {} : { endedAt: EndTimestamp }),
    ...(WaitDetails === undefined ? {} : { waitSeconds: waitSecondsOf(operation) ?? 0 }),
    ...(CallbackDetails === undefined ? {} : { callbackId: CallbackDetails.CallbackId ?? "" }),
  };
}

function detailsOf(operation: Operation): { Result?: string | undefined; Error?: ErrorObject | undefined } {
  const { StepDetails, ContextDetails, CallbackDetails, ChainedInvokeDetails } = operation;
  return StepDetails ?? ContextDetails ?? CallbackDetails ?? ChainedInvokeDetails ?? {};
}

function executionError({ ErrorType, ErrorMessage, ErrorData }: ErrorObject): ExecutionError {
  return {
    type: ErrorType ?? "Error",
    message: ErrorMessage ?? "",
    ...(ErrorData === undefined ? {} : { errorData: ErrorData }),
  };
}
