/**
 * Lambda's HTTP API on this machine, for durable functions in real processes.
 *
 * @module @durable-counter/emulator
 */
export type { EmulatedLambda } from "./emulated-lambda.ts";
export type { ChaosOptions, KillPoint } from "./executions/chaos.ts";
export type { LogLine } from "./functions/process-instance.ts";
export {
  startEmulator,
  type EmulatedFunction,
  type Emulator,
  type EmulatorOptions,
} from "./start-emulator.ts";
