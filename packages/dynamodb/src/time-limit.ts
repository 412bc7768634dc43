import { checkSignal } from "@durable-counter/core";

/** Ends a call before it is done: the caller has aborted it, or its time is over. */
class CallEnded extends Error {
  override readonly name = "AbortError";
}

/** Whether a call ended since its own time is over, and not since its caller aborted it. */
export function isOutOfTime(error: unknown): boolean {
  return error instanceof CallEnded && error.cause === undefined;
}

/**
 * Runs a call with a signal that aborts when the caller's does, or when the time is over.
 *
 * @param limits `timeoutMs` in milliseconds
 * @throws CounterError `invalid-input` for a signal that is none
 */
export async function withTimeLimit<T>(
  { signal, timeoutMs }: { readonly signal: AbortSignal | undefined; readonly timeoutMs: number },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  checkSignal(signal);
  const controller = new AbortController();
  const end = () =>
    controller.abort(new CallEnded("The caller aborted the call.", { cause: signal?.reason }));
  const timer = setTimeout(() => {
    controller.abort(new CallEnded(`The call took longer than ${timeoutMs} ms (timeoutMs).`));
  }, timeoutMs);
  signal?.addEventListener("abort", end, { once: true });
  if (signal?.aborted === true) end();
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  }
}

/**
 * What an operation resolves with, or a rejection as soon as the signal aborts, whether or not the operation heeds it. An
 * operation does not start after that.
 */
export async function untilAborted<T>(signal: AbortSignal, start: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([start(), aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
