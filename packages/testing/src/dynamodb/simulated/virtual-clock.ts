import { insertTimer } from "../../insert-timer.ts";

/** A clock that moves only when nothing else can: no test waits, and none depends on the speed of the machine. */
export interface VirtualClock {
  /** The time in milliseconds since 1970. */
  readonly now: () => number;
  /**
   * Resolves when the clock has moved on by so many milliseconds.
   *
   * @throws the signal's reason when it aborts before
   */
  readonly sleep: (ms: number, options?: { readonly signal?: AbortSignal | undefined }) => Promise<void>;
  /** Resolves when nobody sleeps any more and nothing can go on by itself; time passes until then. */
  readonly untilIdle: () => Promise<void>;
}

/** A clock that also calls back, for the network that belongs to it. */
export interface SchedulingClock extends VirtualClock {
  /** Calls back in so many milliseconds; returns how to cancel that. */
  readonly schedule: (ms: number, run: () => void) => () => void;
}

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/**
 * Creates a clock that jumps to the next due timer when the program awaits nothing but this clock, one timer at a
 * time, those due at the same time in the order in which they were set.
 *
 * The program must run on promises alone. While it waits for a real timer, a socket or a file, the clock moves on
 * without it.
 *
 * @param startAt what time it is at first, in milliseconds since 1970
 */
export function createVirtualClock(startAt: number): SchedulingClock {
  const timers: Timer[] = []; // the latest first
  const idleListeners: (() => void)[] = [];
  let now = startAt;
  let isTicking = false;

  // Node runs every promise callback that is ready before it runs the next immediate.
  const tickLater = () => {
    if (isTicking) return;
    isTicking = true;
    setImmediate(() => {
      isTicking = false;
      const timer = timers.pop();
      if (timer === undefined) {
        for (const resolve of idleListeners.splice(0)) resolve();
        return;
      }
      now = Math.max(now, timer.due);
      timer.run();
      if (timers.length > 0 || idleListeners.length > 0) tickLater();
    });
  };

  const schedule = (ms: number, run: () => void) => {
    if (!(ms >= 0)) throw new TypeError(`ms is ${ms}; pass milliseconds from 0.`);
    const timer = { due: now + Math.ceil(ms), run }; // whole ms, as clocks have them
    insertTimer(timers, timer);
    tickLater();
    return () => {
      const index = timers.indexOf(timer);
      if (index !== -1) timers.splice(index, 1);
    };
  };

  return {
    now: () => now,
    schedule,
    sleep: (ms, { signal } = {}) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const onAbort = () => {
          cancel();
          reject(signal?.reason);
        };
        const cancel = schedule(ms, () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        });
        signal?.addEventListener("abort", onAbort, { once: true });
      }),
    untilIdle: () =>
      new Promise((resolve) => {
        idleListeners.push(resolve);
        tickLater();
      }),
  };
}
