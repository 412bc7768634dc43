import type { Clock, Timer } from "@durable-counter/testing/service";

/** The longest time that `setTimeout` accepts, in milliseconds: 24.8 days. */
const MAX_DELAY = 2 ** 31 - 1;

/** The time of the machine. */
export class RealClock implements Clock {
  readonly #handles = new Map<Timer, NodeJS.Timeout>();

  get now(): number {
    return Date.now();
  }

  at(due: number, fire: () => void): Timer {
    const timer = { due, fire };
    this.#arm(timer);
    return timer;
  }

  cancel(timer: Timer): void {
    clearTimeout(this.#handles.get(timer));
    this.#handles.delete(timer);
  }

  #arm(timer: Timer): void {
    const delay = Math.min(Math.max(timer.due - this.now, 0), MAX_DELAY);
    const onDelayed = () => {
      // A timer of Node can fire a millisecond early.
      if (this.now < timer.due) return this.#arm(timer);
      this.#handles.delete(timer);
      timer.fire();
    };
    this.#handles.set(timer, setTimeout(onDelayed, delay));
  }
}
