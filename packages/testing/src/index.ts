/**
 * Tests for durable functions and for counter stores. It needs no test runner of its own.
 *
 * @module @durable-counter/testing
 */
export { estimateCost, type CostEstimate, type Usage } from "./cost/estimate-cost.ts";
export { US_EAST_1, type Prices } from "./cost/prices.ts";
export { crashable } from "./crashes/crashable.ts";
export type { CrashFailure } from "./crashes/failure-message.ts";
export { exploreCrashes, type CrashExploration } from "./crashes/explore-crashes.ts";
export type { CrashSample, ExploreCrashesOptions } from "./crashes/options.ts";
export {
  simulateWithCrashes,
  type CrashedSimulation,
  type RandomCrashes,
  type SimulateWithCrashesOptions,
} from "./crashes/simulate-with-crashes.ts";
export type { Progress } from "./progress.ts";
export type {
  CallbackAnswer,
  CallbackFailure,
  CallbackText,
  CallbackControls,
} from "./service/callback-answer.ts";
export { FakeContext, type FakeContextOptions } from "./fake-context/fake-context.ts";
export type { LogLine } from "./fake-context/memory-logger.ts";
export { flaky, type FlakyOptions } from "./flaky.ts";
export { checkLinearizable } from "./counters/check-counter-history.ts";
export type { LinearizabilityOptions, LinearizabilityResult } from "./linearizability/check-linearizable.ts";
export {
  holdModel,
  type HoldInput,
  type HoldModelOptions,
  type HoldOutput,
  type HoldState,
} from "./counters/hold-model.ts";
export { recordHolds, type HoldRecorder } from "./counters/record-holds.ts";
export { counterModel, type CounterState } from "./counters/counter-model.ts";
export type {
  CounterAnswer,
  CounterBatch,
  CounterInput,
  CounterOperation,
  CounterOutput,
} from "./counters/counter-operation.ts";
export type { HistoryOperation } from "./linearizability/history.ts";
export { SearchBudgetExceededError } from "./linearizability/search-budget-exceeded-error.ts";
export { DeadlockError } from "./interleavings/deadlock-error.ts";
export { exploreInterleavings, type InterleavingExploration } from "./interleavings/explore-interleavings.ts";
export type { InterleavingFailure } from "./interleavings/interleaving-failure.ts";
export type { ExploreInterleavingsOptions } from "./interleavings/options.ts";
export type { InterleavingProgram, ProgramContext } from "./interleavings/run-program.ts";
export type { Model, SequentialModel, StepModel } from "./linearizability/model.ts";
export { recordHistory, type RecordingStore } from "./counters/record-history.ts";
export { durableMatchers, type DurableMatchers, type ExpectedOperation } from "./matchers.ts";
export { failing, returning } from "./mocked-functions.ts";
export type { DurableHandler } from "./service/durable-handler.ts";
export type { DurableOperation } from "./service/durable-operation.ts";
export type { ExecutionHistoryEvent } from "./service/execution-history.ts";
export type { OperationIdentity } from "./replay/operation-label.ts";
export { replayHistory, type ReplayHistoryOptions } from "./replay/replay-history.ts";
export type { HistoryReplay, ReplayProblem } from "./replay/replay-report.ts";
export type { SimulateOptions } from "./simulator/options.ts";
export { simulate } from "./simulator/simulate.ts";
export { startSimulation, type RunningSimulation } from "./simulator/start-simulation.ts";
export type { ExecutionError, InvokedExecution, Simulation } from "./simulator/simulation.ts";
export { ExecutionRegistry } from "./simulator/execution-registry.ts";
export { SimulationStoppedError } from "./simulator/simulation-stopped-error.ts";
export { counterStoreContract } from "./counters/counter-store-contract.ts";
export type {
  ContractOptions,
  ContractRunner,
  CreateStore,
  StoreCapability,
} from "./counters/contract/contract.ts";
export { MemoryCounterStore, type MemoryCounterStoreOptions } from "./counters/memory-counter-store.ts";
export { renderTimeline, renderTimelineSvg } from "./timeline/render-timeline.ts";
export type { ExecutionHistoryJson, ExecutionWithHistory, TimelineSource } from "./timeline/read-input.ts";
