import type { ErrorObject, OperationUpdate } from "@aws/durable-execution-sdk-js";
import { MAX_DURATION_SECONDS } from "./duration.ts";
import { ServiceError } from "./service-error.ts";

/** The durable operations of one execution, without the execution itself. */
const MAX_OPERATIONS = 3_000;
/** Bytes that a step, a condition, a callback or a child context can store. */
const MAX_PAYLOAD = 262_144;
/** Bytes of the input and of the output of a chained invoke. */
const MAX_INVOKE_PAYLOAD = 1_048_576;
/** Bytes of an error object, as JSON. */
const MAX_ERROR = 32_768;
const MAX_NAME = 256;
const NAME = /^[\x20-\x7e]+$/;

/** @throws ServiceError if the execution has too many operations */
export function checkOperationCount(count: number): void {
  if (count > MAX_OPERATIONS) {
    throw new ServiceError(
      `The durable execution exceeds the maximum number of operations: it may have ${MAX_OPERATIONS}.`,
    );
  }
}

/** @throws ServiceError for an invalid name or delay, and for a payload or an error that is too large */
export function checkUpdate(update: OperationUpdate): void {
  const { Type, Name, Payload, Error: error, WaitOptions, StepOptions, CallbackOptions } = update;
  if (Name !== undefined) checkName(Name);
  checkSeconds("waitOptions.waitSeconds", WaitOptions?.WaitSeconds, 1);
  checkSeconds("stepOptions.nextAttemptDelaySeconds", StepOptions?.NextAttemptDelaySeconds, 1);
  checkSeconds("callbackOptions.timeoutSeconds", CallbackOptions?.TimeoutSeconds, 0);
  checkSeconds("callbackOptions.heartbeatTimeoutSeconds", CallbackOptions?.HeartbeatTimeoutSeconds, 0);
  if (Payload !== undefined && Type !== "EXECUTION") {
    if (Type === "CHAINED_INVOKE") checkInvokePayload("input", Payload);
    else checkPayload(`${Type} output`, Payload, MAX_PAYLOAD);
  }
  if (error !== undefined && exceeds(JSON.stringify(error), MAX_ERROR - 1)) {
    throw new ServiceError(`Error object size must be less than ${MAX_ERROR} bytes.`);
  }
}

/** @throws ServiceError for a payload that is too large */
export function checkInvokePayload(direction: "input" | "output", payload: string | undefined): void {
  if (payload !== undefined) checkPayload(`CHAINED_INVOKE ${direction}`, payload, MAX_INVOKE_PAYLOAD);
}

/**
 * Checks the result of a callback against the quota.
 *
 * @throws ServiceError for a payload that is too large
 */
export function checkCallbackResult(payload: string | undefined): void {
  if (payload !== undefined) checkPayload("CALLBACK output", payload, MAX_PAYLOAD);
}

/**
 * Checks the error that a callback fails with against the quota.
 *
 * @throws ServiceError for an error that is too large
 */
export function checkCallbackError(error: ErrorObject): void {
  checkPayload("CALLBACK error", JSON.stringify(error), MAX_PAYLOAD);
}

function checkPayload(what: string, payload: string, limit: number): void {
  if (exceeds(payload, limit)) {
    throw new ServiceError(`${what} payload size must be less than or equal to ${limit} bytes.`);
  }
}

function checkName(name: string): void {
  if (name.length < 1) throw invalid(name, "name", "Member must have length greater than or equal to 1");
  if (name.length > MAX_NAME) {
    throw invalid(name, "name", `Member must have length less than or equal to ${MAX_NAME}`);
  }
  if (!NAME.test(name)) {
    throw invalid(name, "name", "Member must satisfy regular expression pattern: [\\x20-\\x7E]+");
  }
}

function checkSeconds(member: string, seconds: number | undefined, minimum: number): void {
  if (seconds === undefined) return;
  if (!Number.isInteger(seconds)) throw invalid(seconds, member, "Member must be an integer");
  if (seconds < minimum)
    throw invalid(seconds, member, `Member must have value greater than or equal to ${minimum}`);
  if (seconds > MAX_DURATION_SECONDS) {
    throw invalid(seconds, member, `Member must have value less than or equal to ${MAX_DURATION_SECONDS}`);
  }
}

function invalid(value: string | number, member: string, constraint: string): ServiceError {
  return new ServiceError(
    `1 validation error detected: Value '${value}' at 'updates.member.${member}' failed to satisfy constraint: ${constraint}`,
  );
}

/** A UTF-16 unit takes at most three bytes in UTF-8, so the size of most strings need not be computed. */
function exceeds(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && Buffer.byteLength(text) > bytes;
}
