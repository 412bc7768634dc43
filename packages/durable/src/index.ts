export { createCounterHandler, type CounterHandlerOptions } from "./counter-handler.ts";
export type { CounterLogger, CounterLogRecord } from "./counter-log.ts";
export { durableCounter } from "./durable-counter.ts";
export type { ExecutionCounterOptions, SharedCounterOptions } from "./place.ts";
