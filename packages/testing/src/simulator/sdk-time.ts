import type { Operation } from "@aws/durable-execution-sdk-js";
import { INVOCATION_MS } from "../service/lambda-context.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/**
 * Real milliseconds after which the SDK polls for an event that is due within the invocation. They are more than the 20
 * ms after which the SDK suspends an execution that has nothing to run, and usually more than the I/O of a body takes.
 */
const ASK_AFTER = 100;
/** A timer can fire a little before its time by `Date.now()`. */
const EARLY = 10;
/** A constant of the SDK: it does not wait for an event in the last second of an invocation. */
const MIN_REMAINING = 1_000;

/** How an operation was shown to the SDK. */
interface Shown {
  /** In virtual time. */
  readonly due: number;
  /** By the clock of the SDK. */
  readonly timestamp: Date;
  /** When the SDK polls, in real time. */
  readonly askAt: number;
}

/** Saved at load time, because a test can fake the date. The SDK and the timestamps that it gets use the faked one. */
const realNow = Date.now;

/**
 * Translates virtual time for the SDK within one invocation. The SDK sets real timers, for a timestamp minus
 * `Date.now()`, and polls the service when they fire. With virtual timestamps it would wait for a real year, or poll at
 * once instead of suspending. So it gets a timestamp in the near future, and virtual time jumps when it polls.
 *
 * An event that is due after the end of the invocation gets a timestamp far in the future, for which the SDK sets no
 * timer.
 */
export class SdkTime {
  readonly #clock: VirtualClock;
  /** The virtual time at which Lambda ends the invocation. */
  readonly deadline: number;
  readonly #shown = new Map<string, Shown>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.deadline = clock.now + INVOCATION_MS;
  }

  /** Milliseconds until Lambda would end the invocation. */
  remaining(): number {
    return this.deadline - this.#clock.now;
  }

  /**
   * An operation whose due time, if it has one, is translated.
   *
   * @param isStuck whether the invocation cannot suspend: then the SDK is to poll for an event after its end too
   */
  show(operation: Operation, isStuck: boolean): Operation {
    const { Id: id, StepDetails, WaitDetails, Status } = operation;
    if (id === undefined) return operation;
    if (Status === "PENDING" && StepDetails?.NextAttemptTimestamp !== undefined) {
      const NextAttemptTimestamp = this.#moment(id, StepDetails.NextAttemptTimestamp, isStuck);
      return { ...operation, StepDetails: { ...StepDetails, NextAttemptTimestamp } };
    }
    if (Status === "STARTED" && WaitDetails?.ScheduledEndTimestamp !== undefined) {
      const ScheduledEndTimestamp = this.#moment(id, WaitDetails.ScheduledEndTimestamp, isStuck);
      return { ...operation, WaitDetails: { ScheduledEndTimestamp } };
    }
    this.#shown.delete(id);
    return operation;
  }

  /** The latest virtual time that the SDK has waited for and now polls for, if any. */
  asked(): number | undefined {
    let latest: number | undefined;
    if (this.#shown.size === 0) return latest;
    const now = realNow() + EARLY;
    for (const { due, askAt } of this.#shown.values()) {
      if (askAt <= now && due > (latest ?? 0)) latest = due;
    }
    return latest;
  }

  #moment(id: string, due: Date, isStuck: boolean): Date {
    const delay = due.getTime() - this.#clock.now;
    if (delay > this.remaining() - MIN_REMAINING && !isStuck) return new Date(Date.now() + delay);
    let shown = this.#shown.get(id);
    if (shown?.due !== due.getTime()) {
      const timestamp = new Date(Date.now() + ASK_AFTER);
      shown = { due: due.getTime(), timestamp, askAt: realNow() + ASK_AFTER };
      this.#shown.set(id, shown);
    }
    return shown.timestamp;
  }
}
