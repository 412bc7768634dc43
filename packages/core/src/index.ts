/**
 * Commands, limits, errors, and the interfaces of counters and stores. It depends on zod alone, and does no I/O.
 *
 * @module @durable-counter/core
 */
export {
  ApplyAllRequest,
  applyAllRequestParser,
  withWindowOfStore,
  type ApplyAllEntry,
} from "./apply-all-request.ts";
export { applyBatch, applyCommand, type BatchResult, type CommandResult } from "./apply-commands.ts";
export { applyEntries, entryLimits, entryRefused } from "./apply-entries.ts";
export { Commands, commandsParser } from "./batch.ts";
export { checkSignal } from "./call-signal.ts";
export { CounterIds, counterIdsParser } from "./counter-ids.ts";
export { Command, commandParser, decrement, get, increment, set } from "./command.ts";
export {
  CounterError,
  idempotencyKeyReused,
  isCounterError,
  type CounterErrorCode,
  type CounterErrorDetails,
} from "./counter-error.ts";
export type { Counter } from "./counter.ts";
export { endHold, valueAfterReturn, type EndHoldRequest, type Hold, type HoldEnd } from "./hold-end.ts";
export {
  checkHoldInWindow,
  CommitRequest,
  commitRequestParser,
  HoldRequest,
  holdRequestParser,
  ReleaseRequest,
  releaseRequestParser,
} from "./hold-request.ts";
export {
  CounterOptions,
  counterOptionsParser,
  CounterValue,
  counterValueParser,
  Limits,
  limitsParser,
  startsWithinLimits,
} from "./limits.ts";
export { isObject } from "./is-object.ts";
export { parseInput } from "./parse-input.ts";
export {
  arrayParser,
  inputIssue,
  parser,
  rule,
  strictObject,
  type InputIssue,
  type Parser,
  type Rule,
} from "./parser.ts";
export { ApplyRequest, applyRequestParser } from "./apply-request.ts";
export { CounterRequest, counterRequestParser } from "./counter-request.ts";
export {
  CallerId,
  CounterId,
  counterIdParser,
  IdempotencyKey,
  idempotencyKeyParser,
  IssuedAt,
  issuedAtNeedsKey,
  issuedAtParser,
} from "./request-fields.ts";
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
  counterWindowParser,
  inWindow,
  type WindowPeriod,
  type WindowResult,
} from "./window.ts";
export { storedCounter, type StoredCounterOptions } from "./stored-counter.ts";
export { transfer, type TransferRequest, type TransferResult } from "./transfer.ts";
export { withRemedy } from "./zod-schema.ts";
