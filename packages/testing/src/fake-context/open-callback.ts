import {
  CallbackExternalError,
  CallbackTimeoutError,
  type Duration,
  type ErrorObject,
} from "@aws/durable-execution-sdk-js";
import { CALLBACK_TIMEOUTS } from "../service/callback-answer.ts";
import { secondsOf } from "../service/duration.ts";
import type { TraceEntry } from "./trace-entry.ts";
import type { FakeTimer, FakeClock } from "./fake-clock.ts";

/** The timeouts of a callback. A missing timeout, or one of 0, means that it waits forever. */
export interface CallbackTimeouts {
  readonly timeout?: Duration | undefined;
  readonly heartbeatTimeout?: Duration | undefined;
}

/** A callback from the moment the handler opens it until it is completed, fails or times out. */
export class OpenCallback {
  /** Uses only characters that the service allows in callback ids. */
  readonly id: string;
  /** The name of the operation, or of the waitForCallback around it. */
  readonly name: string | undefined;
  readonly #outcome = Promise.withResolvers<string | undefined>();
  /** What the service passes to the handler. */
  readonly outcome = this.#outcome.promise;
  /** Whether an external system can know the id. */
  isSubmitted = false;
  readonly #entry: TraceEntry;
  readonly #clock: FakeClock;
  readonly #heartbeatSeconds: number;
  #timeout: FakeTimer | undefined;
  #isAbandoned = false;
  #heartbeatTimeout: FakeTimer | undefined;

  constructor(
    entry: TraceEntry,
    name: string | undefined,
    clock: FakeClock,
    { timeout, heartbeatTimeout }: CallbackTimeouts,
  ) {
    this.id = `callback/${entry.id.replaceAll("-", "/")}`;
    entry.callbackId = this.id;
    this.name = name;
    this.#entry = entry;
    this.#clock = clock;
    // The handler may never await it.
    this.outcome.catch(() => {});
    const seconds = timeout === undefined ? 0 : secondsOf(timeout);
    if (seconds > 0) this.#timeout = clock.set(seconds, () => this.#expire(CALLBACK_TIMEOUTS.timeout));
    this.#heartbeatSeconds = heartbeatTimeout === undefined ? 0 : secondsOf(heartbeatTimeout);
    this.#expectHeartbeat();
  }

  /** Whether the callback accepts no answer any more. */
  get isClosed(): boolean {
    return this.#isAbandoned || this.status !== "STARTED";
  }

  get status(): TraceEntry["status"] {
    return this.#entry.status;
  }

  isCalled(nameOrId: string): boolean {
    return this.id === nameOrId || this.name === nameOrId;
  }

  complete(result: string | undefined): void {
    this.#entry.succeed(result);
    this.#silence();
    this.#outcome.resolve(result);
  }

  fail(error: ErrorObject | undefined): void {
    this.#entry.fail(error);
    this.#silence();
    this.#outcome.reject(
      error === undefined
        ? new CallbackExternalError("Callback failed")
        : new CallbackExternalError(error.ErrorMessage, causeOf(error), error.ErrorData),
    );
  }

  /** @throws Error if the callback has no heartbeat timeout */
  heartbeat(): void {
    if (this.#heartbeatTimeout === undefined) {
      throw new Error(`${this} expects no heartbeat; give the callback a heartbeatTimeout.`);
    }
    this.#clock.cancel(this.#heartbeatTimeout);
    this.#expectHeartbeat();
  }

  /** Rejects the callback: the execution has ended. */
  abandon(fault: Error): void {
    this.#isAbandoned = true;
    this.#silence();
    this.#outcome.reject(fault);
  }

  /** For messages: `"approval" (callback/1/1)`. */
  toString(): string {
    return this.name === undefined ? `an unnamed callback (${this.id})` : `"${this.name}" (${this.id})`;
  }

  #expectHeartbeat(): void {
    if (this.#heartbeatSeconds === 0) return;
    const fire = (): void => this.#expire(CALLBACK_TIMEOUTS.heartbeat);
    this.#heartbeatTimeout = this.#clock.set(this.#heartbeatSeconds, fire);
  }

  #expire(error: (typeof CALLBACK_TIMEOUTS)[keyof typeof CALLBACK_TIMEOUTS]): void {
    this.#entry.fail(error, "TIMED_OUT");
    this.#silence();
    this.#outcome.reject(new CallbackTimeoutError(error.ErrorMessage, causeOf(error)));
  }

  #silence(): void {
    for (const timer of [this.#timeout, this.#heartbeatTimeout]) {
      if (timer !== undefined) this.#clock.cancel(timer);
    }
  }
}

function causeOf({ ErrorMessage, ErrorType, StackTrace }: ErrorObject): Error {
  const cause = new Error(ErrorMessage);
  cause.name = ErrorType ?? "Error";
  if (StackTrace !== undefined) cause.stack = StackTrace.join("\n");
  return cause;
}
