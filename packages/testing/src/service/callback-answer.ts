import type { Duration, ErrorObject } from "@aws/durable-execution-sdk-js";
import { errorObjectOf } from "./error-object.ts";

/** What an answer can do while it works on a callback. */
export interface CallbackControls {
  /** Lets virtual time pass. */
  readonly sleep: (duration: Duration) => Promise<void>;
  /** Restarts the heartbeat timeout of the callback. */
  readonly heartbeat: () => void;
  /**
   * Fails the callback with the fields of the service's API: `ErrorType`, `ErrorMessage`, `ErrorData` and `StackTrace`.
   * It throws, so that the answer ends.
   */
  readonly fail: (error: ErrorObject) => never;
}

/**
 * Answers a callback, as an external system would. It is called with the id of the callback after the handler has
 * submitted it. The value that it returns completes the callback, and an error that it throws fails it. Virtual time
 * does not pass while it works, unless it sleeps.
 */
export type CallbackAnswer = (
  callbackId: string,
  controls: CallbackControls,
) => CallbackText | Promise<CallbackText>;

/** The service carries text. Pass an object as `JSON.stringify(…)`; the serdes of the callback reads it. */
export type CallbackText = string | undefined | void;

/** Why a callback fails: an error, or the fields of the service's API. */
export type CallbackFailure = Error | ErrorObject;

/** Thrown by {@link CallbackControls.fail}. */
class CallbackFailed extends Error {
  override readonly name = "CallbackFailed";
  readonly error: ErrorObject;

  constructor(error: ErrorObject) {
    super(error.ErrorMessage);
    this.error = error;
  }
}

/** Fails the callback that is being answered. */
export function failCallback(error: ErrorObject): never {
  throw new CallbackFailed(error);
}

/** The error of a callback whose answer threw. */
export function callbackErrorOf(thrown: unknown): ErrorObject {
  return thrown instanceof CallbackFailed ? thrown.error : errorObjectOf(thrown);
}

/** The errors with which the service times out a callback. */
export const CALLBACK_TIMEOUTS = {
  timeout: { ErrorType: "Callback.Timeout", ErrorMessage: "Callback timed out" },
  heartbeat: { ErrorType: "Callback.Heartbeat", ErrorMessage: "Callback timed out on heartbeat" },
} as const satisfies Readonly<Record<string, ErrorObject>>;
