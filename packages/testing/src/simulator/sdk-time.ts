import type { Operation } from "@aws/durable-execution-sdk-js";
import type { VirtualClock } from "./virtual-clock.ts";

/**
 * Real milliseconds after which the SDK is made to ask for something that is due within the invocation. Longer than
 * its cooldown of 20 ms, so that an execution in which nothing runs suspends first; long enough that the I/O of a
 * body usually ends before.
 */
const ASK_AFTER = 100;
/** Timers may ring a little before their time, as `Date.now()` sees it. */
const EARLY = 10;
/** The SDK's own: what ends in the last second of an invocation is not waited for. */
const MIN_REMAINING = 1_000;
/** Milliseconds of virtual time one invocation may take. */
const INVOCATION = 900_000;

/**
 * Virtual time as the SDK may see it within one invocation. The SDK sets real timers, from a timestamp minus
 * `Date.now()`, and asks the service when they ring. Virtual timestamps would make it wait a real year, or ask at
 * once and instead of suspending; so it is shown a moment close by, and time jumps when it asks.
 *
 * What is due after the end of the invocation is shown far away: the SDK sets no timer for it.
 */
export class SdkTime {
  readonly #clock: VirtualClock;
  readonly #deadline: number;
  readonly #shown = new Map<string, { readonly due: number; readonly askAt: number }>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.#deadline = clock.now + INVOCATION;
  }

  /** Milliseconds until the invocation is cut, as Lambda's context tells. */
  remaining(): number {
    return this.#deadline - this.#clock.now;
  }

  /** An operation with its due time, if it has one, in the SDK's time. */
  show(operation: Operation): Operation {
    const { Id: id, StepDetails, WaitDetails, Status } = operation;
    if (id === undefined) return operation;
    if (Status === "PENDING" && StepDetails?.NextAttemptTimestamp !== undefined) {
      const NextAttemptTimestamp = this.#moment(id, StepDetails.NextAttemptTimestamp);
      return { ...operation, StepDetails: { ...StepDetails, NextAttemptTimestamp } };
    }
    if (Status === "STARTED" && WaitDetails?.ScheduledEndTimestamp !== undefined) {
      const ScheduledEndTimestamp = this.#moment(id, WaitDetails.ScheduledEndTimestamp);
      return { ...operation, WaitDetails: { ScheduledEndTimestamp } };
    }
    this.#shown.delete(id);
    return operation;
  }

  /** The latest virtual moment the SDK waited for and now asks about, if there is one. */
  asked(): number | undefined {
    let latest: number | undefined;
    if (this.#shown.size === 0) return latest;
    const now = Date.now() + EARLY;
    for (const { due, askAt } of this.#shown.values()) {
      if (askAt <= now && due > (latest ?? 0)) latest = due;
    }
    return latest;
  }

  #moment(id: string, due: Date): Date {
    const delay = due.getTime() - this.#clock.now;
    const now = Date.now();
    if (delay > this.remaining() - MIN_REMAINING) return new Date(now + delay);
    const shown = this.#shown.get(id);
    const askAt = shown?.due === due.getTime() ? shown.askAt : now + ASK_AFTER;
    this.#shown.set(id, { due: due.getTime(), askAt });
    return new Date(askAt);
  }
}
