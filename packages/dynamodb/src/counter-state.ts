import { applyBatch, idempotencyKeyReused, isCounterError } from "@durable-counter/core";
import type { Item } from "./read-item.ts";
import { refusedAlongside } from "./alongside.ts";
import { unreadableRecord, withDetails } from "./request-errors.ts";
import { callerIdHash } from "./idempotency-key.ts";
import { EVERY_CALLER, readRecord, type IdempotencyRecord } from "./idempotency-record.ts";
import type { RequestContext, RequestResult } from "./request-context.ts";
import { recordedPeriod, withoutSerial, withWindow } from "./request-window.ts";
import { attributes } from "./item-schema.ts";
import { holdsOf } from "./write-fence.ts";

/** What is known of a counter and of an idempotency key in the table. */
export interface CounterState {
  readonly item: Item;
  /** Whether the item is what this store last knew of it, and not what was just read. */
  readonly isGuess?: boolean;
  /** The separate item of the idempotency key; empty if there is none, or if it was not read. */
  readonly keyItem: Item;
  /** Whether the key item was read, after the item's fence was known; or cannot be there. */
  readonly isKeyItemKnown: boolean;
  /** Whether the counter is known to be spread over as many shards as the store has. */
  readonly areShardsClaimed?: boolean;
}

/**
 * The recorded result of a request that was applied before; its refusal, if that is final for the caller.
 *
 * @throws CounterError `idempotency-key-reused`, `limit-exceeded`, `misconfigured`
 */
export function findRecordedResult(request: RequestContext, state: CounterState): RequestResult | undefined {
  const { id, callerId, fingerprint, idempotencyKey, isGeneratedKey } = request;
  const records = recordsOf(request, state);
  const isFinal = ({ refusedTo }: IdempotencyRecord) =>
    callerId !== undefined &&
    refusedTo?.some((caller) => caller === EVERY_CALLER || caller === callerIdHash(callerId)) === true;
  // An applied request takes precedence over a refusal that was recorded at the same moment.
  const record = records.find(({ refusedTo }) => refusedTo === undefined) ?? records.find(isFinal);
  if (record === undefined) return undefined;
  const { window, limits } = request;
  const isSame = window
    ? withoutSerial(record.fingerprint) === withoutSerial(fingerprint)
    : record.fingerprint === fingerprint;
  if (!isSame) throw idempotencyKeyReused(id, idempotencyKey);
  if (record.refusedBy !== undefined) throw refusedAlongside(record.refusedBy);
  // The limits of the first time decide, whatever they are now; a record holds them only if they affected the result.
  const replayed = { ...replay(request, record), replayed: !isGeneratedKey };
  if (request.hold === undefined)
    return withWindow(replayed, window, limits, window && recordedPeriod(window, record));
  // Its record expires with the hold, so its expiry does not tell when it was written.
  const { expiresAt, startsAt } = holdsOf(request.config, id).placedBefore(request, state);
  const period = startsAt === undefined ? undefined : window?.window.at(startsAt);
  return {
    ...withWindow(replayed, window, limits, period),
    placed: { holdId: idempotencyKey, expiresAt },
  };
}

/** @throws CounterError `limit-exceeded` for a refusal, with the end of the window in which it was refused, if it has one */
function replay({ id, commands, window, hold, startedAt }: RequestContext, record: IdempotencyRecord) {
  try {
    return applyBatch(record.before, commands, record.limits, id);
  } catch (refusal) {
    if (window === undefined || !isCounterError(refusal)) throw refusal;
    const holdSeconds = hold === undefined ? 0 : (hold.expiresAt - startedAt) / 1_000;
    throw withDetails(refusal, { resetsAt: recordedPeriod(window, record, holdSeconds).endsAt });
  }
}

/**
 * Whether the counter's item must be read before the key item may answer. That the request was applied for another caller takes
 * precedence over a refusal; and of a key that was used again after its key item expired, the counter's item has the record.
 */
export function mustReadItem(request: RequestContext, state: CounterState): boolean {
  const isOutdated = ({ refusedTo, expiresAt }: IdempotencyRecord) =>
    refusedTo !== undefined || expiresAt * 1_000 <= request.startedAt;
  return state.isGuess === true && recordsOf(request, state).some(isOutdated);
}

/**
 * The records of the request's key, in the counter's item and in the key's item.
 *
 * @throws CounterError `misconfigured` for a record that cannot be read: the request may have been applied
 */
export function recordsOf(
  request: RequestContext,
  { item, keyItem }: CounterState,
): readonly IdempotencyRecord[] {
  const { keys } = request.config;
  const found = [
    item[request.keyAttribute],
    keyItem[attributes.record] ?? (keyItem[keys.partition] && { NULL: true }),
  ];
  return found
    .filter((attribute) => attribute !== undefined)
    .map((attribute) => {
      const record = readRecord(attribute);
      if (record === undefined) throw unreadableRecord(request, attribute);
      return record;
    });
}
