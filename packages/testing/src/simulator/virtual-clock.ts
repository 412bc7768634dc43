/** Something that happens at a moment of virtual time. */
export interface Timer {
  /** Milliseconds since the epoch, in virtual time. */
  readonly due: number;
  readonly fire: () => void;
}

/** Where every simulation begins, so that two runs of one program see the same times. */
const BEGINNING = Date.UTC(2026, 0, 1);

/** Time that stands still until it jumps to the next thing due: a year passes at once. */
export class VirtualClock {
  #now = BEGINNING;
  readonly #timers = new Set<Timer>();

  /** Milliseconds since the epoch. */
  get now(): number {
    return this.#now;
  }

  /** Fires `fire` when the clock reaches `due`; what is due already fires at the next jump. */
  at(due: number, fire: () => void): Timer {
    const timer = { due, fire };
    this.#timers.add(timer);
    return timer;
  }

  cancel(timer: Timer): void {
    this.#timers.delete(timer);
  }

  /** Jumps to the next due timer and fires all that are due then. False where nothing is due, ever. */
  jump(): boolean {
    const next = this.#next();
    if (next === undefined) return false;
    this.jumpTo(Math.max(next.due, this.#now));
    return true;
  }

  /** Fires, in order, everything due until `time`, and stands there. */
  jumpTo(time: number): void {
    for (let next = this.#next(); next !== undefined && next.due <= time; next = this.#next()) {
      this.#now = Math.max(this.#now, next.due);
      this.#timers.delete(next);
      next.fire();
    }
    this.#now = Math.max(this.#now, time);
  }

  /** The earliest timer; of those due together, the one set first. */
  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.due < next.due) next = timer;
    return next;
  }
}
