export { crashable } from "./crashes/crashable.ts";
export type { CrashFailure } from "./crashes/crash-failure.ts";
export {
  exploreCrashes,
  type CrashExploration,
  type ExploreCrashesOptions,
} from "./crashes/explore-crashes.ts";
export type { Progress } from "./progress.ts";
export type {
  CallbackAnswer,
  CallbackFailure,
  CallbackText,
  CallbackControls,
} from "./fake-context/callback-desk.ts";
export { FakeContext, type FakeContextOptions } from "./fake-context/fake-context.ts";
export type { LogLine } from "./fake-context/log-book.ts";
export { flaky, type FlakyOptions } from "./flaky.ts";
export {
  checkLinearizable,
  type LinearizabilityOptions,
  type LinearizabilityResult,
} from "./histories/check-linearizable.ts";
export { counterModel, type CounterState } from "./histories/counter-model.ts";
export type {
  CounterAnswer,
  CounterBatch,
  CounterInput,
  CounterOperation,
  CounterOutput,
} from "./histories/counter-operation.ts";
export type { HistoryOperation } from "./histories/history.ts";
export { SearchBudgetExceededError } from "./histories/search-budget-exceeded-error.ts";
export { DeadlockError } from "./histories/interleavings/deadlock-error.ts";
export {
  exploreInterleavings,
  type InterleavingExploration,
} from "./histories/interleavings/explore-interleavings.ts";
export type { InterleavingFailure } from "./histories/interleavings/interleaving-failure.ts";
export type { ExploreInterleavingsOptions } from "./histories/interleavings/options.ts";
export type { InterleavingProgram, ProgramContext } from "./histories/interleavings/run-program.ts";
export type { Model, SequentialModel, StepModel } from "./histories/model.ts";
export { recordHistory, type RecordingStore } from "./histories/record-history.ts";
export type { DurableOperation } from "./operation.ts";
export type { OperationIdentity } from "./replay/operation-label.ts";
export { replayHistory, type HistoryReplay, type ReplayHistoryOptions } from "./replay/replay-history.ts";
export type { ReplayProblem } from "./replay/replay-problem.ts";
export type { SimulateOptions } from "./simulator/options.ts";
export { simulate } from "./simulator/simulate.ts";
export type { ExecutionError, Simulation } from "./simulator/simulation.ts";
export { ExecutionRegistry } from "./simulator/execution-registry.ts";
export { SimulationStoppedError } from "./simulator/stopped-error.ts";
export { counterStoreContract } from "./stores/counter-store-contract.ts";
export type { ContractRunner, CreateStore } from "./stores/contract/contract.ts";
export { MemoryCounterStore } from "./stores/memory-counter-store.ts";
