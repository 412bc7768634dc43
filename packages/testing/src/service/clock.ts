/** A function that a clock calls at a moment. */
export interface Timer {
  /** Milliseconds since the epoch. */
  readonly due: number;
  readonly fire: () => void;
}

/** The time of the service: virtual in a simulation, real in the emulator. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Calls `fire` when the clock reaches `due`, or soon if that has passed. */
  at(due: number, fire: () => void): Timer;
  cancel(timer: Timer): void;
}
