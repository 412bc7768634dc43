import { insertTimer } from "../insert-timer.ts";
import type { Clock, Timer } from "../service/clock.ts";

/** The start of every simulation, so that two runs of one program get the same times. */
const BEGINNING = Date.UTC(2026, 0, 1);

/** A clock that stands still until it jumps to the next timer, so that a year passes at once. */
export class VirtualClock implements Clock {
  #now = BEGINNING;
  /** The latest first. */
  readonly #timers: Timer[] = [];

  /** Milliseconds since the epoch. */
  get now(): number {
    return this.#now;
  }

  /** Calls `fire` when the clock reaches `due`. A time in the past fires at the next jump. */
  at(due: number, fire: () => void): Timer {
    const timer = { due, fire };
    insertTimer(this.#timers, timer);
    return timer;
  }

  cancel(timer: Timer): void {
    const index = this.#timers.indexOf(timer);
    if (index !== -1) this.#timers.splice(index, 1);
  }

  /** Jumps to the next timer, and fires all that are due then. Returns false if there is no timer. */
  jump(): boolean {
    const next = this.#timers.at(-1);
    if (next === undefined) return false;
    this.jumpTo(Math.max(next.due, this.#now));
    return true;
  }

  /** Jumps as {@link jump}, if the next timer is due until `deadline`. */
  jumpBefore(deadline: number): boolean {
    const next = this.#timers.at(-1);
    return next !== undefined && next.due <= deadline && this.jump();
  }

  /** Fires all timers that are due until `time`, in order, and sets the clock to `time`. */
  jumpTo(time: number): void {
    for (let next = this.#timers.at(-1); next !== undefined && next.due <= time; next = this.#timers.at(-1)) {
      this.#timers.pop();
      this.#now = Math.max(this.#now, next.due);
      next.fire();
    }
    this.#now = Math.max(this.#now, time);
  }
}
