/** A moment at which something is to happen. */
export interface FakeTimer {
  readonly due: number;
  readonly fire: () => void;
  /** Called instead of `fire` when the clock is stopped. */
  readonly abandon: ((error: Error) => void) | undefined;
}

/** Somebody who waits for a turn. */
interface Waiting {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

// Taken at load: fake timers that a test installs later must not stop this clock.
const onceNothingElseRuns = globalThis.setImmediate;

/**
 * Time that passes at once, and the order in which things happen: whenever every microtask is done, checkpoints
 * return; when there are none, one of the functions called from here starts, or else one of the people asked from
 * here answers; when nobody has anything to do and no body runs, the clock jumps to the next timer. It knows nothing
 * of wall-clock time.
 */
export class FakeClock {
  #now: number;
  #bodies = 0;
  #isPlanned = false;
  #stopped: Error | undefined;
  #checkpoint: Waiting | undefined;
  readonly #outside = { functions: [] as Waiting[], callbacks: [] as Waiting[] };
  /** Latest first, so that the next one is popped; timers of one moment fire in the order they were set. */
  readonly #timers: FakeTimer[] = [];

  /** @param start milliseconds since the epoch */
  constructor(start: number) {
    this.#now = start;
  }

  /** Milliseconds since the epoch. */
  get now(): number {
    return this.#now;
  }

  /** A body starts: the clock stands until it ends, however long it takes. */
  hold(): void {
    this.#bodies++;
  }

  /** A body ended. */
  release(): void {
    this.#bodies--;
    if (this.#timers.length > 0) this.#plan();
  }

  /**
   * What operations that run beside each other wait for together: the SDK's checkpoints travel in batches, one batch
   * at a time. That decides who of them comes first.
   */
  checkpoint(): Promise<void> {
    this.#checkpoint ??= waiting();
    this.#plan();
    return this.#checkpoint.promise;
  }

  /** What others wait for: they are never faster than what the handler can do at once, nor people than functions. */
  async turnOf(whom: "functions" | "callbacks"): Promise<void> {
    if (this.#stopped !== undefined) throw this.#stopped;
    const turn = waiting();
    this.#outside[whom].push(turn);
    this.#plan();
    return turn.promise;
  }

  /** Resolves when the time has passed; rejects when the clock is stopped before. */
  async sleep(seconds: number): Promise<void> {
    if (this.#stopped !== undefined) throw this.#stopped;
    return new Promise((resolve, reject) => this.set(seconds, resolve, reject));
  }

  /**
   * Sets an timer.
   *
   * @throws RangeError for a time that is past, or no time at all
   */
  set(seconds: number, fire: () => void, abandon?: (error: Error) => void): FakeTimer {
    if (!(seconds >= 0 && seconds < Infinity)) {
      throw new RangeError(
        `The clock cannot be set ${seconds} s ahead; pass a finite duration of at least 0 s.`,
      );
    }
    const timer = { due: this.#now + seconds * 1_000, fire, abandon };
    this.#timers.splice(this.#indexFor(timer.due), 0, timer);
    this.#plan();
    return timer;
  }

  /** Takes an timer back; one that rang already stays so. */
  cancel(timer: FakeTimer): void {
    const index = this.#timers.indexOf(timer);
    if (index !== -1) this.#timers.splice(index, 1);
  }

  /** No time passes any more; whoever waits for it is woken with the error. */
  stop(error: Error): void {
    this.#stopped = error;
    const { functions, callbacks } = this.#outside;
    for (const turn of [...functions.splice(0), ...callbacks.splice(0)]) turn.reject(error);
    for (const timer of this.#timers.splice(0).toReversed()) timer.abandon?.(error);
  }

  #indexFor(due: number): number {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#timers[middle]!.due > due) low = middle + 1;
      else high = middle;
    }
    return low;
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

function waiting(): Waiting {
  let settle: Omit<Waiting, "promise"> | undefined;
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // The executor has run.
  return { promise, ...settle! };
}
