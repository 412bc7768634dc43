import { insertTimer } from "../insert-timer.ts";

/** A function that the clock calls at a moment of virtual time. */
export interface FakeTimer {
  readonly due: number;
  readonly fire: () => void;
  /** Called instead of `fire` when the clock is stopped. */
  readonly abandon: ((error: Error) => void) | undefined;
}

/** A promise that the clock resolves when its turn comes. */
type Waiting = PromiseWithResolvers<void>;

// Saved at load time: fake timers that a test installs later must not stop this clock.
const onceNothingElseRuns = globalThis.setImmediate;

/**
 * Virtual time, and the order of everything that happens at the same time. When all microtasks are done, the clock does
 * one thing: it resolves the pending checkpoint; else it starts the next invoked function; else it starts the next
 * answer to a callback; else, if no step body is running, it jumps to the next timer. It does not depend on real time.
 */
export class FakeClock {
  #now: number;
  #bodies = 0;
  #isPlanned = false;
  #stopped: Error | undefined;
  #checkpoint: Waiting | undefined;
  readonly #outside = { functions: [] as Waiting[], callbacks: [] as Waiting[] };
  /** The latest first. */
  readonly #timers: FakeTimer[] = [];

  /** @param start milliseconds since the epoch */
  constructor(start: number) {
    this.#now = start;
  }

  /** Milliseconds since the epoch. */
  get now(): number {
    return this.#now;
  }

  /** Stops the clock while a step body runs, however long it takes. */
  hold(): void {
    this.#bodies++;
  }

  /** The body has ended. */
  release(): void {
    this.#bodies--;
    if (this.#timers.length > 0) this.#plan();
  }

  /**
   * Resolves for all concurrent operations together, as the SDK sends its checkpoints in batches, one batch at a time.
   * This decides which operation continues first.
   */
  checkpoint(): Promise<void> {
    this.#checkpoint ??= Promise.withResolvers();
    this.#plan();
    return this.#checkpoint.promise;
  }

  /**
   * Resolves when no code of the handler can continue. Invoked functions have their turn before answers to callbacks.
   */
  async turnOf(whom: "functions" | "callbacks"): Promise<void> {
    if (this.#stopped !== undefined) throw this.#stopped;
    const turn: Waiting = Promise.withResolvers();
    this.#outside[whom].push(turn);
    this.#plan();
    return turn.promise;
  }

  /** Resolves when the time has passed. Rejects when the clock is stopped before. */
  async sleep(seconds: number): Promise<void> {
    if (this.#stopped !== undefined) throw this.#stopped;
    return new Promise((resolve, reject) => this.set(seconds, resolve, reject));
  }

  /**
   * Sets a timer.
   *
   * @throws RangeError for a negative or infinite duration
   */
  set(seconds: number, fire: () => void, abandon?: (error: Error) => void): FakeTimer {
    if (!(seconds >= 0 && seconds < Infinity)) {
      throw new RangeError(
        `The clock cannot be set ${seconds} s ahead; pass a finite duration of at least 0 s.`,
      );
    }
    const timer = { due: this.#now + seconds * 1_000, fire, abandon };
    insertTimer(this.#timers, timer);
    this.#plan();
    return timer;
  }

  /** Cancels a timer. It has no effect if the timer has fired. */
  cancel(timer: FakeTimer): void {
    const index = this.#timers.indexOf(timer);
    if (index !== -1) this.#timers.splice(index, 1);
  }

  /** Stops virtual time, and rejects everything that waits for it. */
  stop(error: Error): void {
    this.#stopped = error;
    const { functions, callbacks } = this.#outside;
    for (const turn of [...functions.splice(0), ...callbacks.splice(0)]) turn.reject(error);
    for (const timer of this.#timers.splice(0).toReversed()) timer.abandon?.(error);
  }

  #plan(): void {
    if (this.#isPlanned || !this.#hasWork) return;
    this.#isPlanned = true;
    onceNothingElseRuns(this.#goOn);
  }

  get #hasWork(): boolean {
    const { functions, callbacks } = this.#outside;
    if (this.#checkpoint !== undefined || functions.length > 0 || callbacks.length > 0) return true;
    return this.#bodies === 0 && this.#timers.length > 0;
  }

  readonly #goOn = (): void => {
    this.#isPlanned = false;
    const turn = this.#checkpoint ?? this.#outside.functions.shift() ?? this.#outside.callbacks.shift();
    this.#checkpoint = undefined;
    if (turn !== undefined) turn.resolve();
    else if (this.#bodies === 0) this.#jump();
    this.#plan();
  };

  #jump(): void {
    this.#now = Math.max(this.#now, this.#timers.at(-1)?.due ?? this.#now);
    while ((this.#timers.at(-1)?.due ?? Infinity) <= this.#now) this.#timers.pop()?.fire();
  }
}
