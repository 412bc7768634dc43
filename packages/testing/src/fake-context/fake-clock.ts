/** A moment at which something is to happen. */
export interface Alarm {
  readonly due: number;
  readonly ring: () => void;
  /** Called instead of `ring` when the clock is stopped. */
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
 * here answers; when nobody has anything to do and no body runs, the clock jumps to the next alarm. It knows nothing
 * of wall-clock time.
 */
export class VirtualClock {
  #now: number;
  #bodies = 0;
  #isPlanned = false;
  #stopped: Error | undefined;
  #checkpoint: Waiting | undefined;
  readonly #outside = { functions: [] as Waiting[], people: [] as Waiting[] };
  /** Latest first, so that the next one is popped; alarms of one moment ring in the order they were set. */
  readonly #alarms: Alarm[] = [];

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
    if (this.#alarms.length > 0) this.#plan();
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
  async turnOf(whom: "functions" | "people"): Promise<void> {
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
   * Sets an alarm.
   *
   * @throws RangeError for a time that is past, or no time at all
   */
  set(seconds: number, ring: () => void, abandon?: (error: Error) => void): Alarm {
    if (!(seconds >= 0 && seconds < Infinity)) {
      throw new RangeError(
        `The clock cannot be set ${seconds} s ahead; pass a finite duration of at least 0 s.`,
      );
    }
    const alarm = { due: this.#now + seconds * 1_000, ring, abandon };
    this.#alarms.splice(this.#indexFor(alarm.due), 0, alarm);
    this.#plan();
    return alarm;
  }

  /** Takes an alarm back; one that rang already stays so. */
  cancel(alarm: Alarm): void {
    const index = this.#alarms.indexOf(alarm);
    if (index !== -1) this.#alarms.splice(index, 1);
  }

  /** No time passes any more; whoever waits for it is woken with the error. */
  stop(error: Error): void {
    this.#stopped = error;
    const { functions, people } = this.#outside;
    for (const turn of [...functions.splice(0), ...people.splice(0)]) turn.reject(error);
    for (const alarm of this.#alarms.splice(0).toReversed()) alarm.abandon?.(error);
  }

  #indexFor(due: number): number {
    let low = 0;
    let high = this.#alarms.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#alarms[middle]!.due > due) low = middle + 1;
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
    const { functions, people } = this.#outside;
    if (this.#checkpoint !== undefined || functions.length > 0 || people.length > 0) return true;
    return this.#bodies === 0 && this.#alarms.length > 0;
  }

  readonly #goOn = (): void => {
    this.#isPlanned = false;
    const turn = this.#checkpoint ?? this.#outside.functions.shift() ?? this.#outside.people.shift();
    this.#checkpoint = undefined;
    if (turn !== undefined) turn.resolve();
    else if (this.#bodies === 0) this.#jump();
    this.#plan();
  };

  #jump(): void {
    this.#now = Math.max(this.#now, this.#alarms.at(-1)?.due ?? this.#now);
    while ((this.#alarms.at(-1)?.due ?? Infinity) <= this.#now) this.#alarms.pop()?.ring();
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
