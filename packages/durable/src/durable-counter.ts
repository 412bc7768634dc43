import type { DurableContext } from "@aws/durable-execution-sdk-js";
import {
  commandsParser,
  decrement,
  get,
  increment,
  parseInput,
  set,
  type Counter,
} from "@durable-counter/core";
import {
  parseCounterOptions,
  type ExecutionCounterOptions,
  type SharedCounterOptions,
} from "./counter-config.ts";
import { rejectWhatThrows } from "./operation-step.ts";
import { createOperations } from "./operations.ts";

/**
 * A counter whose every operation is one durable step, `<name>/<sequence>/<effect>`, such as
 * `cart-7/0/increment(5)`. Each call resolves to what its step
 * checkpoints. Calls that are made concurrently run one after another, in call order.
 *
 * Every operation counts exactly once, wherever the process crashes. Without a store, a checkpointed step does not run again.
 * With a store, the idempotency key of the operation follows from the execution, its context and what it does.
 *
 * Amounts are checked before a step starts. A refused command (`limit-exceeded`) costs one attempt. A retryable error is retried
 * with back-off, ten attempts in up to four minutes.
 *
 * @throws CounterError `invalid-input` for invalid options; `misconfigured` where exactly-once keys cannot be derived
 * @example
 * ```ts
 * export const handler = withDurableExecution(async (order: Order, context) => {
 *   const stock = durableCounter(context, { store, id: order.sku, limits: { min: 0 } });
 *   return { left: await stock.decrement(order.quantity) };
 * });
 * ```
 */
export function durableCounter(
  context: DurableContext,
  options: ExecutionCounterOptions | SharedCounterOptions = {},
): Counter {
  const { value, batch } = createOperations(context, parseCounterOptions(options));
  return {
    increment: rejectWhatThrows((amount) => value(increment(amount))),
    decrement: rejectWhatThrows((amount) => value(decrement(amount))),
    get: rejectWhatThrows(() => value(get())),
    set: rejectWhatThrows((to) => value(set(to))),
    batch: rejectWhatThrows((commands) => batch(parseInput(commandsParser, commands, "commands"))),
  };
}
