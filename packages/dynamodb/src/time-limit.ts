import { checkSignal } from "@durable-counter/core";

/** How long a call may take if the store has no `timeoutMs`. */
export const DEFAULT_TIMEOUT_MS = 20_000;

/** Ends a call before it is done: the caller has aborted it, or its time is over. */
class CallEnded extends Error {
  override readonly name = "AbortError";
}

/** Whether a call ended since its own time is over, and not since its caller aborted it. */
export function isOutOfTime(error: unknown): boolean {
  return error instanceof CallEnded && error.cause === undefined;
}

/** A timer of Node.js. That of a browser, which a test environment may imitate, is a number. */
interface Timer {
  readonly ref?: () => unknown;
  readonly unref?: () => unknown;
}

/**
 * Limits how long each call of a store may take. All its calls share one timer, which looks after them while there are any: to start
 * and stop a timer of its own would add 3 % to a call's CPU time. A call is therefore ended up to 1 % late, and at most 250 ms.
 */
export class TimeLimit {
  readonly #timeoutMs: number;
  /** When the time of each call is over: the first that began is the first that ends. */
  readonly #calls = new Map<AbortController, number>();
  #timer: Timer | undefined;

  /** @param timeoutMs in milliseconds */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Runs a call with a signal that aborts when the caller's does, or when the time is over.
   *
   * @throws CounterError `invalid-input` for a signal that is none
   */
  async run<T>(signal: AbortSignal | undefined, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    checkSignal(signal);
    const call = new AbortController();
    const abort = () => call.abort(new CallEnded("The caller aborted the call.", { cause: signal?.reason }));
    this.#start(call);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted === true) abort();
    try {
      return await run(call.signal);
    } finally {
      this.#stop(call);
      signal?.removeEventListener("abort", abort);
    }
  }

  #start(call: AbortController): void {
    this.#calls.set(call, performance.now() + this.#timeoutMs);
    if (this.#timer === undefined) this.#wait();
    else if (this.#calls.size === 1) this.#timer.ref?.();
  }

  #stop(call: AbortController): void {
    this.#calls.delete(call);
    // Without calls, the timer keeps no process alive.
    if (this.#calls.size === 0) this.#timer?.unref?.();
  }

  #wait(): void {
    this.#timer = setTimeout(() => this.#look(), Math.min(this.#timeoutMs / 100, 250));
  }

  #look(): void {
    const now = performance.now();
    for (const [call, endsAt] of this.#calls) {
      if (endsAt > now) break;
      this.#calls.delete(call);
      call.abort(new CallEnded(`The call took longer than ${this.#timeoutMs} ms (timeoutMs).`));
    }
    this.#timer = undefined;
    if (this.#calls.size > 0) this.#wait();
  }
}

/**
 * What an operation resolves with, or a rejection as soon as the signal aborts, whether or not the operation heeds it. An
 * operation does not start after that.
 */
export function untilAborted<T>(signal: AbortSignal, start: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort);
    const settle =
      <Outcome>(how: (outcome: Outcome) => void) =>
      (outcome: Outcome) => {
        signal.removeEventListener("abort", abort);
        how(outcome);
      };
    start().then(settle(resolve), settle(reject));
  });
}
