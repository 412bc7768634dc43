import type { Clock, Timer } from "@durable-counter/testing/service";

/**
 * The time of one execution. It is the time of the journal entry that is being applied, so that the journal leads to the
 * same state again. Its timers run on the real clock, but not before {@link goLive}: an execution that is read from a
 * store first repeats what has happened.
 */
export class JournalClock implements Clock {
  now: number;
  readonly #real: Clock;
  readonly #timers = new Map<Timer, Timer | undefined>();
  #isLive = false;

  constructor(real: Clock, startedAt: number) {
    this.#real = real;
    this.now = startedAt;
  }

  at(due: number, fire: () => void): Timer {
    const timer: Timer = { due, fire };
    this.#timers.set(timer, this.#isLive ? this.#arm(timer) : undefined);
    return timer;
  }

  cancel(timer: Timer): void {
    const armed = this.#timers.get(timer);
    if (armed !== undefined) this.#real.cancel(armed);
    this.#timers.delete(timer);
  }

  /** Starts all timers that are set, and from now on each new one at once. */
  goLive(): void {
    if (this.#isLive) return;
    this.#isLive = true;
    for (const timer of this.#timers.keys()) this.#timers.set(timer, this.#arm(timer));
  }

  /** Stops all timers. They stay set. */
  pause(): void {
    this.#isLive = false;
    for (const [timer, armed] of this.#timers) {
      if (armed !== undefined) this.#real.cancel(armed);
      this.#timers.set(timer, undefined);
    }
  }

  #arm(timer: Timer): Timer {
    return this.#real.at(timer.due, () => {
      this.#timers.delete(timer);
      timer.fire();
    });
  }
}
