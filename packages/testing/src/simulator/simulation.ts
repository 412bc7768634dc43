import type { ErrorObject, Operation } from "@aws/durable-execution-sdk-js";
import type { DurableOperation } from "../service/durable-operation.ts";
import type { InvokeOutcome } from "./function-registry.ts";

/** How a simulated execution went. */
export interface Simulation<Result = unknown> {
  readonly status: "SUCCEEDED" | "FAILED";
  /** What the handler returned, as revived from JSON. */
  readonly result?: Result;
  readonly error?: ExecutionError;
  /** Every durable operation, in start order. */
  readonly operations: readonly DurableOperation[];
  /** How often the function was invoked. */
  readonly invocations: number;
  /** How often the SDK called the service to checkpoint, polls included. */
  readonly checkpoints: number;
}

/** What an execution failed with, as the service keeps it. */
export interface ExecutionError {
  /** The name of the error's class. */
  readonly type: string;
  readonly message: string;
  /** What the durable SDK carries beside the message. */
  readonly errorData?: string;
}

/** The parts of an execution that its report is made of. */
interface ClosedExecution {
  readonly outcome: InvokeOutcome | undefined;
  readonly invocations: number;
  readonly checkpoints: number;
  positioned(): Iterable<readonly [position: string, operation: Operation]>;
}

/** The report of an execution that is closed. */
export function simulationOf<Result>(execution: ClosedExecution): Simulation<Result> {
  const { result, error } = execution.outcome ?? {};
  const { invocations, checkpoints } = execution;
  const operations = Array.from(execution.positioned(), ([id, operation]) => operationOf(id, operation));
  if (error !== undefined) {
    return { status: "FAILED", error: executionError(error), operations, invocations, checkpoints };
  }
  return {
    status: "SUCCEEDED",
    // The caller names the type of what the handler returns; JSON has none.
    ...(result === undefined ? {} : { result: JSON.parse(result) as Result }),
    operations,
    invocations,
    checkpoints,
  };
}

function operationOf(id: string, operation: Operation): DurableOperation {
  const { Name, Type, SubType, Status, StepDetails } = operation;
  const { Result, Error: error } = detailsOf(operation);
  return {
    id,
    ...(Name === undefined ? {} : { name: Name }),
    // Every update the SDK sends carries all three.
    type: Type as DurableOperation["type"],
    subType: SubType as DurableOperation["subType"],
    status: Status as DurableOperation["status"],
    ...(Type === "STEP" ? { attempts: StepDetails?.Attempt ?? 0 } : {}),
    ...(Status === "SUCCEEDED" && Result ? { result: revived(Type, Result) } : {}),
    ...(error === undefined || Status === "SUCCEEDED" ? {} : { error: pick(executionError(error)) }),
  };
}

function detailsOf(operation: Operation): { Result?: string | undefined; Error?: ErrorObject | undefined } {
  const { StepDetails, ContextDetails, CallbackDetails, ChainedInvokeDetails } = operation;
  return StepDetails ?? ContextDetails ?? CallbackDetails ?? ChainedInvokeDetails ?? {};
}

/** Callbacks carry text; so does whatever a serdes of the handler's own wrote. */
function revived(type: Operation["Type"], result: string): unknown {
  if (type === "CALLBACK") return result;
  try {
    return JSON.parse(result);
  } catch {
    return result;
  }
}

function executionError({ ErrorType, ErrorMessage, ErrorData }: ErrorObject): ExecutionError {
  return {
    type: ErrorType ?? "Error",
    message: ErrorMessage ?? "",
    ...(ErrorData === undefined ? {} : { errorData: ErrorData }),
  };
}

function pick({ type, message }: ExecutionError): { type: string; message: string } {
  return { type, message };
}
