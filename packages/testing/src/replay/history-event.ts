import type { ErrorObject, Operation } from "@aws/durable-execution-sdk-js";
import { formatValue } from "../format-value.ts";

type EventKind = readonly [type: NonNullable<Operation["Type"]> | "INVOCATION", status: Operation["Status"]];

/** The type and the status of the operation after each kind of event. */
const KINDS: Readonly<Record<string, EventKind>> = {
  ExecutionStarted: ["EXECUTION", "STARTED"],
  ExecutionSucceeded: ["EXECUTION", "SUCCEEDED"],
  ExecutionFailed: ["EXECUTION", "FAILED"],
  ExecutionTimedOut: ["EXECUTION", "TIMED_OUT"],
  ExecutionStopped: ["EXECUTION", "STOPPED"],
  InvocationCompleted: ["INVOCATION", "SUCCEEDED"],
  StepStarted: ["STEP", "STARTED"],
  StepSucceeded: ["STEP", "SUCCEEDED"],
  StepFailed: ["STEP", "FAILED"],
  WaitStarted: ["WAIT", "STARTED"],
  WaitSucceeded: ["WAIT", "SUCCEEDED"],
  WaitCancelled: ["WAIT", "CANCELLED"],
  CallbackStarted: ["CALLBACK", "STARTED"],
  CallbackSucceeded: ["CALLBACK", "SUCCEEDED"],
  CallbackFailed: ["CALLBACK", "FAILED"],
  CallbackTimedOut: ["CALLBACK", "TIMED_OUT"],
  ChainedInvokeStarted: ["CHAINED_INVOKE", "STARTED"],
  ChainedInvokeSucceeded: ["CHAINED_INVOKE", "SUCCEEDED"],
  ChainedInvokeFailed: ["CHAINED_INVOKE", "FAILED"],
  ChainedInvokeTimedOut: ["CHAINED_INVOKE", "TIMED_OUT"],
  ChainedInvokeStopped: ["CHAINED_INVOKE", "STOPPED"],
  ContextStarted: ["CONTEXT", "STARTED"],
  ContextSucceeded: ["CONTEXT", "SUCCEEDED"],
  ContextFailed: ["CONTEXT", "FAILED"],
};

/** One event of a history, checked and reduced to what a replay needs. */
export interface HistoryEvent {
  readonly eventId: number;
  /** The service's name for it, such as `StepSucceeded`. */
  readonly eventType: string;
  readonly type: EventKind[0];
  readonly status: EventKind[1];
  readonly timestamp: Date;
  /** The id of the operation. Events of an invocation have none. */
  readonly id: string | undefined;
  readonly parentId: string | undefined;
  readonly name: string | undefined;
  readonly subType: string | undefined;
  /** The input of an execution, or the result of an operation. */
  readonly payload: string | undefined;
  readonly error: ErrorObject | undefined;
  /** Whether the service left out part of the payload or the error. */
  readonly isTruncated: boolean;
  readonly attempt: number | undefined;
  /** Present if another attempt follows. */
  readonly retryDelaySeconds: number | undefined;
  readonly callbackId: string | undefined;
  /** How long a wait lasts that starts. */
  readonly waitSeconds: number | undefined;
  /** When the invocation began that this event completes. */
  readonly invocationStart: Date | undefined;
  /** The function that is invoked, and its input. */
  readonly functionName: string | undefined;
  readonly input: string | undefined;
}

/** @throws TypeError naming path, value and remedy */
export function historyEvent(value: unknown, path: string): HistoryEvent {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(
      `${path} is ${formatValue(value)}; pass the events as GetDurableExecutionHistory returns them.`,
    );
  }
  const event = value as Readonly<Record<string, unknown>>; // an object, whose members are looked at one by one
  const eventType = text(event, "EventType", path) ?? "";
  const kind = Object.hasOwn(KINDS, eventType) ? KINDS[eventType] : undefined;
  if (kind === undefined) {
    throw new TypeError(
      `${path}.EventType is ${formatValue(event["EventType"])}, which this version does not know; pass the events as ` +
        `GetDurableExecutionHistory returns them, and update @durable-counter/testing if they are.`,
    );
  }
  const [type, status] = kind;
  const details = member(event, `${eventType}Details`);
  const content = member(details, type === "EXECUTION" && status === "STARTED" ? "Input" : "Result");
  const failure = member(details, "Error");
  const retry = member(details, "RetryDetails");
  const id = text(event, "Id", path);
  if (id === undefined && type !== "INVOCATION" && type !== "EXECUTION") {
    throw new TypeError(`${path}.Id is missing; an event of an operation carries the operation's id.`);
  }
  return {
    eventId: eventId(event["EventId"], path),
    eventType,
    type,
    status,
    timestamp: moment(event["EventTimestamp"], `${path}.EventTimestamp`),
    id,
    parentId: text(event, "ParentId", path),
    name: text(event, "Name", path),
    subType: text(event, "SubType", path),
    payload: text(content, "Payload", `${path}.${eventType}Details`),
    error: failure["Payload"] as ErrorObject | undefined, // carried through as it is
    isTruncated: content["Truncated"] === true || failure["Truncated"] === true,
    attempt: positive(retry["CurrentAttempt"]),
    retryDelaySeconds: positive(retry["NextAttemptDelaySeconds"]),
    callbackId: text(details, "CallbackId", `${path}.${eventType}Details`),
    waitSeconds: type === "WAIT" && status === "STARTED" ? positive(details["Duration"]) : undefined,
    invocationStart:
      type === "INVOCATION" && details["StartTimestamp"] !== undefined
        ? moment(details["StartTimestamp"], `${path}.${eventType}Details.StartTimestamp`)
        : undefined,
    functionName: text(details, "FunctionName", `${path}.${eventType}Details`),
    input: text(member(details, "Input"), "Payload", `${path}.${eventType}Details.Input`),
  };
}

function member(value: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  return Object(value[key] ?? {}) as Readonly<Record<string, unknown>>; // whatever it is, it has members
}

function text(value: Readonly<Record<string, unknown>>, key: string, path: string): string | undefined {
  const found = value[key] ?? undefined;
  if (found !== undefined && typeof found !== "string") {
    throw new TypeError(`${path}.${key} is ${formatValue(found)}; the service writes a string there.`);
  }
  return found;
}

function positive(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 ? value : undefined;
}

function eventId(value: unknown, path: string): number {
  if (Number.isSafeInteger(value)) return value as number; // just seen to be one
  throw new TypeError(`${path}.EventId is ${formatValue(value)}; events are numbered from 1.`);
}

/**
 * A smaller number counts seconds, as in the AWS CLI and the API. A larger one counts milliseconds, as in `Date.now()`.
 */
const MAX_SECONDS = 1e11;

/** Reads a time from a Date, an ISO text, or a number since the epoch. */
function moment(value: unknown, path: string): Date {
  const date =
    typeof value === "number"
      ? new Date(value < MAX_SECONDS ? value * 1_000 : value)
      : value instanceof Date || typeof value === "string"
        ? new Date(value)
        : undefined;
  if (date === undefined || Number.isNaN(date.getTime())) {
    throw new TypeError(
      `${path} is ${formatValue(value)}; pass a Date, ISO text, or a number since the epoch in seconds or milliseconds.`,
    );
  }
  return date;
}
