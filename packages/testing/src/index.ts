export { crashable } from "./crashes/crashable.ts";
export type { CrashFailure } from "./crashes/crash-failure.ts";
export {
  exploreCrashes,
  type CrashExploration,
  type ExploreCrashesOptions,
} from "./crashes/explore-crashes.ts";
export type { Progress } from "./crashes/progress.ts";
export type {
  CallbackAnswer,
  CallbackFailure,
  CallbackText,
  OutsideWorld,
} from "./fake-context/callback-desk.ts";
export { FakeContext, type FakeContextOptions } from "./fake-context/fake-context.ts";
export type { LogLine } from "./fake-context/log-book.ts";
export { flaky, type FlakyOptions } from "./flaky.ts";
export type { DurableOperation } from "./operation.ts";
export type { OperationIdentity } from "./replay/operation-label.ts";
export { replayHistory, type HistoryReplay, type ReplayHistoryOptions } from "./replay/replay-history.ts";
export type { ReplayProblem } from "./replay/replay-problem.ts";
export type { SimulateOptions } from "./simulator/options.ts";
export { simulate } from "./simulator/simulate.ts";
export type { ExecutionError, Simulation } from "./simulator/simulation.ts";
export { StartedExecutions } from "./simulator/started-executions.ts";
export { SimulationStoppedError } from "./simulator/stopped-error.ts";
export { counterStoreContract } from "./stores/counter-store-contract.ts";
export type { ContractRunner, CreateStore } from "./stores/contract/contract.ts";
export { MemoryCounterStore } from "./stores/memory-counter-store.ts";
