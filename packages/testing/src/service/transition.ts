import type { Operation, OperationUpdate } from "@aws/durable-execution-sdk-js";
import { ServiceError } from "./service-error.ts";

/** What a transition depends on, beside the update. Times are virtual. */
export interface TransitionContext {
  readonly now: number;
  readonly callbackId: (operationId: string) => string;
}

/**
 * The state of an operation after an update. This function is pure: it replaces operations and never modifies them.
 *
 * @throws ServiceError if the state of the operation does not allow the action
 */
export function transition(
  current: Operation | undefined,
  update: OperationUpdate,
  context: TransitionContext,
): Operation {
  if (current !== undefined) checkIdentity(current, update);
  const base = current ?? start(update, context.now);
  switch (update.Type) {
    case "STEP":
      return step(current, base, update, context.now);
    case "CONTEXT":
      return childContext(current, base, update, context.now);
    case "WAIT":
      checkStart(current, update);
      return {
        ...base,
        WaitDetails: { ScheduledEndTimestamp: after(context.now, update.WaitOptions?.WaitSeconds) },
      };
    case "CALLBACK":
      checkStart(current, update);
      return { ...base, CallbackDetails: { CallbackId: context.callbackId(update.Id ?? "") } };
    case "CHAINED_INVOKE":
      checkStart(current, update);
      return { ...base, ChainedInvokeDetails: {} };
    case "EXECUTION":
    case undefined:
    default: // a client can send any text
      throw new ServiceError("Unknown operation type.");
  }
}

function start(update: OperationUpdate, now: number): Operation {
  const { Id, ParentId, Name, Type, SubType } = update;
  return {
    Id,
    ...(ParentId === undefined ? {} : { ParentId }),
    ...(Name === undefined ? {} : { Name }),
    Type,
    ...(SubType === undefined ? {} : { SubType }),
    StartTimestamp: new Date(now),
    Status: "STARTED",
  };
}

function step(
  current: Operation | undefined,
  base: Operation,
  update: OperationUpdate,
  now: number,
): Operation {
  const { Action, Payload, Error: error } = update;
  const details = {
    Attempt: (current?.StepDetails?.Attempt ?? 0) + 1,
    ...(Payload === undefined ? {} : { Result: Payload }),
    ...(error === undefined ? {} : { Error: error }),
  };
  const open = current === undefined || current.Status === "STARTED" || current.Status === "READY";
  switch (Action) {
    case "START":
      if (current !== undefined && current.Status !== "READY") {
        throw new ServiceError("Invalid current STEP state to start.");
      }
      return { ...base, Status: "STARTED" };
    case "SUCCEED":
    case "FAIL":
      if (!open) throw new ServiceError("Invalid current STEP state to close.");
      return { ...base, Status: closed(Action), EndTimestamp: new Date(now), StepDetails: details };
    case "RETRY":
      if (!open) throw new ServiceError("Invalid current STEP state to re-attempt.");
      if (update.StepOptions?.NextAttemptDelaySeconds === undefined) {
        throw new ServiceError("Invalid StepOptions for the given action.");
      }
      return {
        ...base,
        Status: "PENDING",
        StepDetails: {
          ...details,
          NextAttemptTimestamp: after(now, update.StepOptions.NextAttemptDelaySeconds),
        },
      };
    case "CANCEL":
    case undefined:
    default: // a client can send any text
      throw new ServiceError("Invalid action for the given operation type.");
  }
}

function childContext(
  current: Operation | undefined,
  base: Operation,
  update: OperationUpdate,
  now: number,
): Operation {
  const { Action, Payload, Error: error, ContextOptions } = update;
  if (Action !== "SUCCEED" && Action !== "FAIL") {
    checkStart(current, update);
    return base;
  }
  if (base.Status !== "STARTED") throw new ServiceError("Invalid current CONTEXT state to close.");
  return {
    ...base,
    Status: closed(Action),
    EndTimestamp: new Date(now),
    ContextDetails: {
      ...(Payload === undefined ? {} : { Result: Payload }),
      ...(error === undefined ? {} : { Error: error }),
      ...(ContextOptions?.ReplayChildren === true ? { ReplayChildren: true } : {}),
    },
  };
}

function checkStart(current: Operation | undefined, { Type, Action }: OperationUpdate): void {
  if (Action !== "START") throw new ServiceError("Invalid action for the given operation type.");
  if (current !== undefined) throw new ServiceError(`Cannot start a ${Type} that already exists.`);
}

function checkIdentity(current: Operation, update: OperationUpdate): void {
  for (const [what, key] of IDENTITY) {
    if (current[key] !== update[key]) throw new ServiceError(`Inconsistent operation ${what}.`);
  }
}

const IDENTITY = [
  ["type", "Type"],
  ["subtype", "SubType"],
  ["name", "Name"],
] as const;

function closed(action: "SUCCEED" | "FAIL"): "SUCCEEDED" | "FAILED" {
  return action === "SUCCEED" ? "SUCCEEDED" : "FAILED";
}

function after(now: number, seconds: number | undefined): Date {
  return new Date(now + (seconds ?? 0) * 1_000);
}
