import { applyBatch, type BatchResult, type Limits } from "@durable-counter/core";
import { valueOf, type Item } from "./read-item.ts";
import { findRecordedResult, mustReadItem, recordsOf, type CounterState } from "./counter-state.ts";
import { callerIdHash } from "./idempotency-key.ts";
import type { NetEffect } from "./net-effect.ts";
import { EVERY_CALLER, type IdempotencyRecord } from "./idempotency-record.ts";
import { isNotMoved } from "./moved-keys-list.ts";
import { isExpired, mayBeInFlight, type RequestContext, type RequestResult } from "./request-context.ts";
import { idempotencyKeyExpired, notYetIssued } from "./request-errors.ts";
import { checkFence, GRACE_SECONDS, hasHolds, isFenced } from "./write-fence.ts";
import { isDue } from "./hold-expiry.ts";

/** How many callers a refusal lists. One event starts fewer executions within its key's retention period. */
const MAX_CALLERS = 64;

/** Applies the batch's net effect to whatever value is there, if no command of it passes a limit from that value. */
export interface NetChange {
  readonly kind: "net";
  /** Whether the write may create the counter. */
  readonly mayCreate: boolean;
}

/** Replaces the value that was seen, which must still be there, by the result of the batch. */
export interface Replacement {
  readonly kind: "replace";
  readonly before: number;
  readonly after: number;
  /** Whether there was no value, and `before` is what the counter starts at. */
  readonly mayCreate: boolean;
  /** The limits that clamped the batch, if they did. */
  readonly limits: Limits | undefined;
}

/**
 * Leaves the value as it is and records that the limits refused the batch. An attempt that arrives later finds the record
 * and changes nothing.
 */
export interface Refusal {
  readonly kind: "refuse";
  /** The value that was seen, from which the batch passes a limit. */
  readonly before: number;
  /** Whether there was no value, and `before` is what the counter starts at. */
  readonly mayCreate: boolean;
  readonly limits: Limits | undefined;
  /** The index in `alongside` of the write whose condition refused the request, if it was no limit. */
  readonly refusedBy?: number | undefined;
  /** The callers for whom the refusal is final, by `callerIdHash`, including those of earlier refusals. */
  readonly refusedTo: readonly string[];
  /** Until when the refusal is recorded, in seconds since 1970. */
  readonly expiresAt: number;
  /** The error for the caller. */
  readonly error: unknown;
}

/** One conditional update of the counter's item. */
export interface ConditionalUpdate {
  readonly type: "update";
  readonly change: NetChange | Replacement | Refusal;
  /** The item that was seen: the write expects its record of the key, none or a refusal. */
  readonly item: Item;
  /** For a fenced item: the key item that was read. It is still so if the item has the same fence. */
  readonly keyItem?: Item | undefined;
}

/** One transaction over the counter's item and the key's item, which records the key. */
export interface TransactionalWrite {
  readonly type: "transaction";
  /** What was seen or is guessed: all of it must still be so. */
  readonly state: CounterState;
  readonly change: Replacement | Refusal;
}

export type Write = ConditionalUpdate | TransactionalWrite;

export type Action =
  | { readonly type: "answer"; readonly result: RequestResult }
  /** Read both items, and decide again. */
  | { readonly type: "read" }
  /** Read the key item, and decide again. */
  | { readonly type: "read-key-item"; readonly state: CounterState }
  /** Give back what expired holds have taken, and decide again. */
  | { readonly type: "settle"; readonly state: CounterState }
  /** Claim the number of shards, and decide again. */
  | { readonly type: "claim-shards"; readonly state: CounterState }
  | Write;

/**
 * The first action of a request. Most counters are written without a read; the others from what the cache knows of them.
 *
 * @param cached the latest known state of the item, if a transaction wrote it
 * @throws CounterError `invalid-input`, and as {@link nextAction}
 */
export function firstAction(request: RequestContext, cached: Item | undefined): Action {
  const { issuedAt, startedAt, config, effect } = request;
  if (issuedAt > startedAt + GRACE_SECONDS * 1_000) throw notYetIssued(issuedAt);
  // The request is too late, or no value fits it; but its key may be recorded, as counted under other limits.
  if (isExpired(request) || noneFits(effect) || config.holds?.outlastsWindow(request))
    return { type: "read" };
  const isKnown = cached !== undefined && (isFenced(cached, startedAt) || hasHolds(cached));
  if (config.strategy === "separate-item" || isKnown) {
    return nextAction(request, { item: cached ?? {}, isGuess: true, keyItem: {}, isKeyItemKnown: false });
  }
  return { type: "update", change: blindChange(request), item: {} };
}

/**
 * The action that follows from a counter's state: answer the request, because it was applied before; refuse it, which may
 * have to be recorded; or write it, in the way the counter is kept. Pure: it neither reads nor writes.
 *
 * @throws CounterError `limit-exceeded`, `idempotency-key-reused`, `idempotency-key-expired`, `misconfigured`
 */
export function nextAction(request: RequestContext, state: CounterState): Action {
  const { config, id, commands, limits, initial, startedAt } = request;
  const { item, isGuess = false } = state;
  if (mustReadItem(request, state)) return { type: "read" };
  const recorded = findRecordedResult(request, state);
  if (recorded !== undefined) return { type: "answer", result: recorded };
  if (isExpired(request)) throw idempotencyKeyExpired(request);
  config.holds?.checkWindow(request);
  checkFence(item, config, id);
  // What is remembered of an item does not say what has expired.
  if (isDue(item, startedAt)) return isGuess ? { type: "read" } : { type: "settle", state };

  // A hold is in the counter's item at first, whatever the strategy is: its amount is not known where it is ended.
  const isSeparate = request.hold
    ? config.holds?.isPlacedApart(request, item) === true
    : config.strategy === "separate-item";
  const mayHaveKeyItem = isSeparate || mayHaveMoved(request, item);
  const isKeyItemKnown = state.isKeyItemKnown || isNewKey(request);
  if (mayHaveKeyItem && !isSeparate && !isKeyItemKnown) return { type: "read-key-item", state };
  const update = { type: "update", item, keyItem: mayHaveKeyItem ? state.keyItem : undefined } as const;
  if (isGuess && !isSeparate) {
    // DynamoDB takes no condition that nothing can meet; and a batch that is clamped may still be applied.
    return noneFits(request.effect) ? { type: "read" } : { ...update, change: blindChange(request) };
  }

  const value = valueOf(item, config, id, request.valueAttribute);
  const before = value ?? initial;
  const mayCreate = value === undefined;
  let batch: BatchResult;
  try {
    batch = applyBatch(before, commands, limits, id);
  } catch (error) {
    if (isGuess || (mayHaveKeyItem && !isKeyItemKnown)) return { type: "read" };
    const change = refusal(request, state, error);
    if (change === undefined) throw error;
    return isSeparate ? { type: "transaction", state, change } : { ...update, change };
  }
  if (config.shards !== undefined && mayCreate && state.areShardsClaimed !== true) {
    return isGuess ? { type: "read" } : { type: "claim-shards", state };
  }
  const isClamped = limits?.onLimit === "clamp";
  const clampedTo = isClamped ? limits : undefined;
  const change = { kind: "replace", before, after: batch.value, mayCreate, limits: clampedTo } as const;
  if (isSeparate) return { type: "transaction", state, change };
  // The result of a clamped batch depends on the value before. The net effect of any other fits whatever value is there.
  return { ...update, change: isClamped ? change : { kind: "net", mayCreate } };
}

/**
 * What to record of a refusal from a state that was seen: nothing if no caller named itself and no attempt may be in flight.
 *
 * @param refusedBy the index in `alongside` of the write that refused the request, if it was no limit
 */
export function refusal(
  request: RequestContext,
  state: CounterState,
  error: unknown,
  refusedBy?: number,
): Refusal | undefined {
  if (request.callerId === undefined && !mayBeInFlight(request)) return undefined;
  const { config, id, initial, limits } = request;
  const value = valueOf(state.item, config, id, request.valueAttribute);
  const records = recordsOf(request, state);
  return {
    kind: "refuse",
    before: value ?? initial,
    mayCreate: value === undefined,
    limits,
    refusedBy,
    refusedTo: refusedCallers(request, records),
    // A record that it replaces may have been written by a clock that is ahead.
    expiresAt: Math.max(request.expiresAt, ...records.map((record) => record.expiresAt)),
    error,
  };
}

/** Whether the request's key may have an item of its own. */
export function mayHaveMoved({ hold, keyAttribute, startedAt }: RequestContext, item: Item): boolean {
  // The first hold of a counter is placed over the fence that was seen.
  const isFirstHold = hold !== undefined && !hasHolds(item);
  return isFenced(item, startedAt) && (isFirstHold || !isNotMoved(item, keyAttribute));
}

/** Whether the net effect of a batch would pass a limit whatever the value is. */
function noneFits({ lowest, highest }: NetEffect): boolean {
  return lowest > highest;
}

/** The change of an item that was not seen. */
function blindChange({ config, effect, initial }: RequestContext): NetChange {
  const mayCreate = config.shards === undefined && effect.lowest <= initial && initial <= effect.highest;
  return { kind: "net", mayCreate };
}

/** Whether the key was generated by this call, which has sent nothing that may have been applied: it is recorded nowhere. */
function isNewKey(request: RequestContext): boolean {
  return request.isGeneratedKey && !mayBeInFlight(request);
}

/** The callers that a refusal is final for. No caller is forgotten: with too many to list, it is final for every one. */
function refusedCallers(request: RequestContext, records: readonly IdempotencyRecord[]): readonly string[] {
  const callers = new Set(records.flatMap(({ refusedTo = [] }) => refusedTo));
  if (request.callerId !== undefined) callers.add(callerIdHash(request.callerId));
  return callers.size > MAX_CALLERS || callers.has(EVERY_CALLER) ? [EVERY_CALLER] : Array.from(callers);
}
