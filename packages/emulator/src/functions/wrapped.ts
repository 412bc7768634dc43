/** The key, by `Symbol.for`, of the global function that is told what `withDurableExecution` wraps. */
export const WRAPPED = "@durable-counter/emulator/wrapped";
