export { createCounterHandler, type CounterHandlerOptions } from "./counter-handler.ts";
export type { CounterLogger, CounterRecord } from "./counter-log.ts";
export { durableCounter } from "./durable-counter.ts";
export type { ExecutionCounterOptions, StoreCounterOptions } from "./place.ts";
