/**
 * Commands, limits, errors, and the interfaces of counters and stores. It depends on zod alone, and does no I/O.
 *
 * @module @durable-counter/core
 */
export { ApplyAllRequest, withWindowOfStore, type ApplyAllEntry } from "./apply-all-request.ts";
export { applyBatch, applyCommand, type BatchResult, type CommandResult } from "./apply-commands.ts";
export { applyEntries, entryLimits, entryRefused } from "./apply-entries.ts";
export { checkSignal } from "./call-signal.ts";
export { CounterIds } from "./counter-ids.ts";
export { Command, Commands, decrement, get, increment, set } from "./command.ts";
export {
  CounterError,
  idempotencyKeyReused,
  isCounterError,
  type CounterErrorCode,
  type CounterErrorDetails,
} from "./counter-error.ts";
export type { Counter } from "./counter.ts";
export { endHold, valueAfterReturn, type EndHoldRequest, type Hold, type HoldEnd } from "./hold-end.ts";
export { checkHoldInWindow, CommitRequest, HoldRequest, ReleaseRequest } from "./hold-request.ts";
export { CounterOptions, CounterValue, Limits, startsWithinLimits } from "./limits.ts";
export { parseInput, withRemedy } from "./parse.ts";
export {
  ApplyRequest,
  CallerId,
  CounterId,
  CounterRequest,
  IdempotencyKey,
  IssuedAt,
  issuedAtNeedsKey,
} from "./request.ts";
export type {
  ApplyAllResult,
  ApplyResult,
  CallOptions,
  CounterStore,
  HoldEndResult,
  HoldResult,
  StoreWithHolds,
} from "./store.ts";
export {
  checkWindowSupport,
  CounterWindow,
  inWindow,
  type WindowPeriod,
  type WindowResult,
} from "./window.ts";
export { strictObject } from "./strict-object.ts";
export { storedCounter, type StoredCounterOptions } from "./stored-counter.ts";
export { transfer, type TransferRequest, type TransferResult } from "./transfer.ts";
