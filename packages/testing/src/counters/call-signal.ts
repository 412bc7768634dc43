import { checkSignal, CounterError, type CallOptions } from "@durable-counter/core";

/**
 * For a store in memory, whose calls are over at once: a call whose signal has aborted does nothing.
 *
 * @throws CounterError `unavailable` if the signal has aborted; `invalid-input` for a signal that is none
 */
export function checkNotAborted({ signal }: CallOptions = {}): void {
  checkSignal(signal);
  if (signal?.aborted !== true) return;
  throw new CounterError(
    "unavailable",
    "Nothing was changed: the signal of the call had aborted before it began. Call again with another signal.",
    { cause: signal.reason },
  );
}
