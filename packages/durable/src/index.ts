/**
 * Counters in AWS Lambda durable functions: every operation is one durable step.
 *
 * @module @durable-counter/durable
 */
export type {
  CounterHandlerOptions,
  ExecutionCounterOptions,
  SharedCounterOptions,
} from "./counter-config.ts";
export { createCounterHandler, type CounterHandler } from "./counter-handler.ts";
export type { CounterLogger, CounterLogRecord } from "./counter-log.ts";
export { durableCounter } from "./durable-counter.ts";
export type { DurableStoreOptions } from "./durable-store-options.ts";
export { durableStore, type DurableStore } from "./durable-store.ts";
export { restoreCounterError } from "./restore-counter-error.ts";
