import {
  applyBatch,
  idempotencyKeyReused,
  type ApplyRequest,
  type BatchResult,
  type CounterWindow,
  type Limits,
  type WindowPeriod,
} from "@durable-counter/core";
import type { CounterWithHolds } from "./memory-holds.ts";
import { inPeriod } from "./memory-windows.ts";

/** A counter of a `MemoryCounterStore`. Its value is undefined if it has no value yet, but refusals. */
export interface StoredCounter extends CounterWithHolds {
  /** Divides the counter's time; undefined if it has no windows. */
  readonly window: CounterWindow | undefined;
  readonly keys: Map<string, Use>;
}

/** The first use of an idempotency key, from which its result or its refusal follows. */
export interface Use {
  /** Tells the request from others with the same key. */
  readonly fingerprint: string;
  readonly before: number;
  readonly limits: Limits | undefined;
  /** The callers for whom it was refused. Undefined if it counted. */
  readonly refusedTo: ReadonlySet<string | undefined> | undefined;
  /** The window in which it counted. */
  readonly period: WindowPeriod | undefined;
}

/** A batch with the limits that apply to it. */
export interface KeyedBatch extends Pick<
  ApplyRequest,
  "id" | "commands" | "idempotencyKey" | "callerId" | "limits"
> {
  readonly fingerprint: string;
  /** The window in which it counts, if it was not counted before. */
  readonly period?: WindowPeriod | undefined;
}

export function newCounter(window?: CounterWindow): StoredCounter {
  return { value: undefined, window, values: new Map(), keys: new Map(), holds: new Map() };
}

/**
 * The result that a counter remembers for a key.
 *
 * @returns undefined if the key was not used, or was refused to other callers only
 * @throws CounterError `idempotency-key-reused`; `limit-exceeded` for a refusal to this caller
 */
export function rememberedResult(counter: StoredCounter, batch: KeyedBatch): BatchResult | undefined {
  const { id, commands, idempotencyKey, callerId, fingerprint, limits } = batch;
  const use = idempotencyKey === undefined ? undefined : counter.keys.get(idempotencyKey);
  if (idempotencyKey === undefined || use === undefined || use.refusedTo?.has(callerId) === false)
    return undefined;
  if (use.fingerprint !== fingerprint) throw idempotencyKeyReused(id, idempotencyKey);
  // A refused batch is refused again, because the limits and the value are those of the first time.
  return inPeriod(use.period, limits, () => applyBatch(use.before, commands, use.limits, id));
}

/** Remembers what became of a batch that met this value: it counted, or was refused to a caller. */
export function remember(
  counter: StoredCounter,
  { idempotencyKey, callerId, fingerprint, limits, period }: KeyedBatch,
  before: number,
  outcome: "counted" | "refused",
): StoredCounter {
  if (idempotencyKey === undefined) return counter;
  const refusedTo =
    outcome === "counted" ? undefined : new Set(counter.keys.get(idempotencyKey)?.refusedTo).add(callerId);
  counter.keys.set(idempotencyKey, { fingerprint, before, limits, refusedTo, period });
  return counter;
}
