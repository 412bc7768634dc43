import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { Commands, decrement, get, increment, parseInput, type Counter } from "@durable-counter/core";
import { handled } from "./handled.ts";
import { createOperations } from "./operations.ts";
import { placeOf, type ExecutionCounterOptions, type SharedCounterOptions } from "./place.ts";

/**
 * A counter whose every operation is one durable step, `<name>/<sequence>/<type>`; a batch is one step. What a step
 * checkpoints is what the call resolves to. The counter is a single-threaded entity: calls made concurrently in one
 * execution run one after another, in call order. Exactly once at every crash point: without a store since a
 * checkpointed step does not run again, with one since its idempotency key is derived from the operation's position.
 *
 * Amounts are checked before a step starts. A refused command (`limit-exceeded`) costs one attempt; what the table of
 * codes calls retryable backs off, for up to four minutes.
 *
 * @throws CounterError `invalid-input` for options that cannot be
 */
export function durableCounter(
  context: DurableContext,
  options: ExecutionCounterOptions | SharedCounterOptions = {},
): Counter {
  const { value, batch } = createOperations(context, placeOf(context, options));
  return {
    increment: (amount) => settled(() => value(increment(amount))),
    decrement: (amount) => settled(() => value(decrement(amount))),
    get: () => settled(() => value(get())),
    batch: (commands) => settled(() => batch(parseInput(Commands, commands, "commands"))),
  };
}

/** What cannot be a command is refused by the promise, as whatever else goes wrong. */
function settled<T>(call: () => Promise<T>): Promise<T> {
  try {
    return call();
  } catch (error) {
    return handled(Promise.reject(error));
  }
}
