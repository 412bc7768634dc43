import type { Moment } from "./timeline.ts";

/**
 * Numbers the moments of a sequence of starts and ends. Whatever starts gets a width: its end is a later moment, even
 * at the same time. What follows at the same time starts at the moment at which the one before it ended.
 */
export class Moments {
  readonly times: number[] = [];
  #hasStart = false;

  /** The moment of a start. Times never go back: a clock that does is taken to stand still. */
  start(time: number): Moment {
    this.#advance(time, false);
    this.#hasStart = true;
    return this.times.length - 1;
  }

  /** The moment of an end. */
  end(time: number): Moment {
    this.#advance(time, this.#hasStart);
    return this.times.length - 1;
  }

  #advance(time: number, mustBeLater: boolean): void {
    const last = this.times.at(-1);
    if (last !== undefined && time <= last && !mustBeLater) return;
    this.times.push(last === undefined ? time : Math.max(last, time));
    this.#hasStart = false;
  }
}
