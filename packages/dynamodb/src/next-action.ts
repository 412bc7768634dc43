import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import {
  applyBatch,
  idempotencyKeyReused,
  type ApplyResult,
  type BatchResult,
  type Limits,
} from "@durable-counter/core";
import { valueOf, type Item } from "./counter-item.ts";
import { callerIdHash } from "./idempotency-key.ts";
import { EVERY_CALLER, readRecord, type IdempotencyRecord } from "./idempotency-record.ts";
import { mayBeInFlight, type RequestContext } from "./request-context.ts";
import { idempotencyKeyExpired, notYetIssued, unreadableRecord } from "./request-errors.ts";
import { attributes } from "./table-schema.ts";
import { checkFence, GRACE_SECONDS, isFenced } from "./write-fence.ts";

/** How many callers a refusal lists. One event starts fewer executions within its key's retention period. */
const MAX_CALLERS = 64;

/** What is known of a counter and of an idempotency key in the table. */
export interface CounterState {
  readonly item: Item;
  /** The separate item of the idempotency key; empty if none was seen. */
  readonly keyItem: Item;
  /** False for a guess, and if there may be a key item that was not read. */
  readonly isCertain: boolean;
  /** Whether the counter is known to be spread over as many shards as the store has. */
  readonly areShardsClaimed?: boolean;
}

/** Adds the batch to whatever value is there, if no command of it passes a limit from that value. */
export interface Addition {
  readonly kind: "add";
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
  readonly limits: Limits | undefined;
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
  readonly change: Addition | Replacement | Refusal;
  /** The record that the key's attribute must hold: none, or the refusal that was seen there. */
  readonly expected: AttributeValue | undefined;
}

/** One transaction over the counter's item and the key's item. */
export interface TransactionalWrite {
  readonly type: "transaction";
  /** What was seen or is guessed: all of it must still be so. */
  readonly state: CounterState;
  readonly change: Replacement | Refusal;
  /** Where the idempotency key is recorded. */
  readonly recordIn: "separate-item" | "inline";
}

export type Write = ConditionalUpdate | TransactionalWrite;

export type Action =
  | { readonly type: "answer"; readonly result: ApplyResult }
  /** Read both items, and decide again. */
  | { readonly type: "read" }
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
  const { issuedAt, startedAt, config, effect, initial } = request;
  if (issuedAt > startedAt + GRACE_SECONDS * 1_000) throw notYetIssued(issuedAt);
  // The request is too late, or no value fits it; but its key may be recorded, as counted under other limits.
  if (isExpired(request) || effect.lowest > effect.highest) return { type: "read" };
  if (config.strategy === "separate-item" || (cached !== undefined && isFenced(cached, startedAt))) {
    return nextAction(request, { item: cached ?? {}, keyItem: {}, isCertain: false });
  }
  const mayCreate = config.shards === undefined && effect.lowest <= initial && initial <= effect.highest;
  return { type: "update", change: { kind: "add", mayCreate }, expected: undefined };
}

/**
 * The action that follows from a counter's state: answer the request, because it was applied before; refuse it, which may
 * have to be recorded; or write it, in the way the counter is kept. Pure: it neither reads nor writes.
 *
 * @throws CounterError `limit-exceeded`, `idempotency-key-reused`, `idempotency-key-expired`, `misconfigured`
 */
export function nextAction(request: RequestContext, state: CounterState): Action {
  const { config, id, commands, limits, initial, keyAttribute, startedAt } = request;
  const recorded = findRecordedResult(request, state);
  if (recorded !== undefined) return { type: "answer", result: recorded };
  if (isExpired(request)) throw idempotencyKeyExpired(request);
  checkFence(state.item, config, id);

  const value = valueOf(state.item, config, id);
  const before = value ?? initial;
  const mayCreate = value === undefined;
  const expected = state.item[keyAttribute];
  const needsTransaction = config.strategy === "separate-item" || isFenced(state.item, startedAt);
  let batch: BatchResult;
  try {
    batch = applyBatch(before, commands, limits, id);
  } catch (error) {
    if (!state.isCertain) return { type: "read" };
    if (request.callerId === undefined && !mayBeInFlight(request)) throw error;
    const records = recordsOf(request, state);
    const refusedTo = refusedCallers(request, records);
    // A record that it replaces may have been written by a clock that is ahead.
    const expiresAt = Math.max(request.expiresAt, ...records.map((record) => record.expiresAt));
    const change = { kind: "refuse", before, limits, refusedTo, expiresAt, error } as const;
    return needsTransaction
      ? { type: "transaction", state, change, recordIn: "separate-item" }
      : { type: "update", change, expected };
  }
  if (config.shards !== undefined && mayCreate && state.areShardsClaimed !== true) {
    return state.isCertain ? { type: "claim-shards", state } : { type: "read" };
  }
  const isClamped = limits?.onLimit === "clamp";
  const change = {
    kind: "replace",
    before,
    after: batch.value,
    mayCreate,
    limits: isClamped ? limits : undefined,
  } as const;
  if (needsTransaction) {
    return {
      type: "transaction",
      state,
      change,
      recordIn: config.strategy === "inline" ? "inline" : "separate-item",
    };
  }
  // The result of a clamped batch depends on the value before. Any other batch can be added to whatever value is there.
  return { type: "update", change: isClamped ? change : { kind: "add", mayCreate }, expected };
}

/**
 * The recorded result of a request that was applied before; its refusal, if that is final for the caller.
 *
 * @throws CounterError `idempotency-key-reused`, `limit-exceeded`, `misconfigured`
 */
export function findRecordedResult(request: RequestContext, state: CounterState): ApplyResult | undefined {
  const { id, commands, callerId, fingerprint, idempotencyKey, isGeneratedKey } = request;
  const records = recordsOf(request, state);
  const isFinal = ({ refusedTo }: IdempotencyRecord) =>
    callerId !== undefined &&
    refusedTo?.some((caller) => caller === EVERY_CALLER || caller === callerIdHash(callerId)) === true;
  // An applied request takes precedence over a refusal that was recorded at the same moment.
  const record = records.find(({ refusedTo }) => refusedTo === undefined) ?? records.find(isFinal);
  if (record === undefined) return undefined;
  if (record.fingerprint !== fingerprint) throw idempotencyKeyReused(id, idempotencyKey);
  // The limits of the first time decide, whatever they are now; a record holds them only if they affected the result.
  return { ...applyBatch(record.before, commands, record.limits, id), replayed: !isGeneratedKey };
}

/**
 * The records of the request's key, in the counter's item and in the key's item.
 *
 * @throws CounterError `misconfigured` for a record that cannot be read: the request may have been applied
 */
function recordsOf(request: RequestContext, { item, keyItem }: CounterState): readonly IdempotencyRecord[] {
  const found = [
    item[request.keyAttribute],
    keyItem[attributes.record] ?? (keyItem[attributes.id] && { NULL: true }),
  ];
  return found
    .filter((attribute) => attribute !== undefined)
    .map((attribute) => {
      const record = readRecord(attribute);
      if (record === undefined) throw unreadableRecord(request, attribute);
      return record;
    });
}

/** The callers that a refusal is final for. No caller is forgotten: with too many to list, it is final for every one. */
function refusedCallers(request: RequestContext, records: readonly IdempotencyRecord[]): readonly string[] {
  const callers = new Set(records.flatMap(({ refusedTo = [] }) => refusedTo));
  if (request.callerId !== undefined) callers.add(callerIdHash(request.callerId));
  return callers.size > MAX_CALLERS || callers.has(EVERY_CALLER) ? [EVERY_CALLER] : Array.from(callers);
}

/** Whether the key was issued longer ago than it is recorded. */
function isExpired({ startedAt, retryUntil }: RequestContext): boolean {
  return startedAt >= retryUntil;
}
