import type { ErrorObject, Operation, OperationUpdate } from "@aws/durable-execution-sdk-js";
import { CALLBACK_TIMEOUTS } from "./callback-answer.ts";
import type { Clock, Timer } from "./clock.ts";
import { errorObjectOf } from "./error-object.ts";
import { isClosed, type ExecutionState } from "./execution-state.ts";
import type { InvokeOutcome } from "./invoke-outcome.ts";
import { checkInvokePayload } from "./quotas.ts";

/** The execution whose operations are pending. */
export interface PendingExecution {
  readonly state: ExecutionState;
  readonly isClosed: boolean;
  applyExternalEvent(id: string, changes: Partial<Operation>): void;
}

/** The result or the error with which an external system closes a callback. */
export type CallbackDetails =
  | { readonly Result?: string | undefined; readonly Error?: undefined }
  | { readonly Result?: undefined; readonly Error: ErrorObject };

/**
 * The operations that wait for something outside of the function: a time, an external system, or another function. This
 * class has the rules by which they end. Who answers callbacks and runs functions is left to its owner.
 */
export class PendingOperations {
  readonly #execution: PendingExecution;
  readonly #clock: Clock;
  readonly #onDue: (timer: string) => void;
  readonly #timers = new Map<string, Timer>();
  readonly #heartbeatSeconds = new Map<string, number>();

  /** @param onDue called with the name of a timer that is due. By default the timer expires at once. */
  constructor(execution: PendingExecution, clock: Clock, onDue?: (timer: string) => void) {
    this.#execution = execution;
    this.#clock = clock;
    this.#onDue = onDue ?? ((timer) => this.expire(timer));
  }

  /** Sets the timers that an applied update asks for. */
  start({ Id: id = "", Type, Action, StepOptions, WaitOptions, CallbackOptions }: OperationUpdate): void {
    if (Action === "RETRY") return this.#after(id, StepOptions?.NextAttemptDelaySeconds);
    if (Action !== "START") return;
    if (Type === "WAIT") {
      this.#after(id, WaitOptions?.WaitSeconds);
    } else if (Type === "CALLBACK") {
      const { TimeoutSeconds, HeartbeatTimeoutSeconds } = CallbackOptions ?? {};
      if (TimeoutSeconds) this.#after(id, TimeoutSeconds);
      if (HeartbeatTimeoutSeconds) this.#heartbeatSeconds.set(id, HeartbeatTimeoutSeconds);
      this.#restartHeartbeatTimeout(id);
    }
  }

  /** Whether a timer of that name is set. The name is the id of the operation that waits. */
  isWaiting(timer: string): boolean {
    return this.#timers.has(timer);
  }

  /** Ends what a timer is set for: a wait, the delay before a retry, or the time that a callback may take. */
  expire(timer: string): void {
    const isHeartbeat = timer.endsWith(HEARTBEAT);
    const id = isHeartbeat ? timer.slice(0, -HEARTBEAT.length) : timer;
    this.#cancel(timer);
    const operation = this.#execution.state.get(id);
    switch (operation?.Type) {
      case "WAIT":
        return this.#end(id, "SUCCEEDED");
      case "STEP": {
        const { NextAttemptTimestamp: _, ...StepDetails } = operation.StepDetails ?? {};
        return this.#execution.applyExternalEvent(id, { Status: "READY", StepDetails });
      }
      case "CALLBACK": {
        const error = isHeartbeat ? CALLBACK_TIMEOUTS.heartbeat : CALLBACK_TIMEOUTS.timeout;
        const details = { ...operation.CallbackDetails, Error: error };
        return this.#end(id, "TIMED_OUT", { CallbackDetails: details });
      }
      default:
    }
  }

  /** Closes an open callback, as an external system does. */
  answer(id: string, { Result, Error: error }: CallbackDetails): void {
    const details = error === undefined ? (Result === undefined ? {} : { Result }) : { Error: error };
    const CallbackDetails = { ...this.#execution.state.get(id)?.CallbackDetails, ...details };
    this.#end(id, error === undefined ? "SUCCEEDED" : "FAILED", { CallbackDetails });
  }

  /** Restarts the heartbeat timeout of an open callback. */
  heartbeat(id: string): void {
    if (!this.isOver(id)) this.#restartHeartbeatTimeout(id);
  }

  /** Ends a chained invoke, unless it has ended. */
  endInvoke(id: string, { result, error, endedBy }: InvokeOutcome): void {
    if (this.isOver(id)) return;
    let failure = error;
    try {
      checkInvokePayload("output", result);
    } catch (refusal) {
      failure = errorObjectOf(refusal);
    }
    if (failure !== undefined)
      this.#end(id, endedBy ?? "FAILED", { ChainedInvokeDetails: { Error: failure } });
    else this.#end(id, "SUCCEEDED", { ChainedInvokeDetails: { Result: result } });
  }

  /** Whether an operation has ended, or its execution has. */
  isOver(id: string): boolean {
    const operation = this.#execution.state.get(id);
    return this.#execution.isClosed || operation === undefined || isClosed(operation);
  }

  /** Cancels all timers: the execution has ended. */
  close(): void {
    for (const timer of this.#timers.values()) this.#clock.cancel(timer);
    this.#timers.clear();
  }

  #after(timer: string, seconds: number | undefined): void {
    const due = this.#clock.now + (seconds ?? 0) * 1_000;
    this.#timers.set(
      timer,
      this.#clock.at(due, () => {
        this.#timers.delete(timer);
        this.#onDue(timer);
      }),
    );
  }

  #cancel(timer: string): void {
    const set = this.#timers.get(timer);
    if (set !== undefined) this.#clock.cancel(set);
    this.#timers.delete(timer);
  }

  #end(id: string, Status: NonNullable<Operation["Status"]>, details: Partial<Operation> = {}): void {
    this.#cancel(id);
    this.#cancel(id + HEARTBEAT);
    this.#execution.applyExternalEvent(id, { Status, EndTimestamp: new Date(this.#clock.now), ...details });
  }

  #restartHeartbeatTimeout(id: string): void {
    const seconds = this.#heartbeatSeconds.get(id);
    if (seconds === undefined) return;
    this.#cancel(id + HEARTBEAT);
    this.#after(id + HEARTBEAT, seconds);
  }
}

const HEARTBEAT = "/heartbeat";
