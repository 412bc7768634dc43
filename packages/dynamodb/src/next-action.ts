import { applyBatch, idempotencyKeyReused, type BatchResult, type ApplyResult } from "@durable-counter/core";
import type { CountRequest } from "./apply-request.ts";
import { itemKey, readItem, valueOf, type CounterKey } from "./counter-item.ts";
import type { Counting, Seen } from "./request-context.ts";
import type { CountingTransaction } from "./transactional-write.ts";
import type { CountingWrite } from "./conditional-update.ts";
import { markerKey } from "./key-item.ts";
import type { NetEffect } from "./net-effect.ts";
import { checkSeal, isSealed } from "./write-fence.ts";
import { claimShards } from "./shards.ts";
import { attributes } from "./table.ts";
import { callerIdHash, readRecord, type IdempotencyRecord } from "./idempotency-record.ts";
import { codeOf } from "./translate-error.ts";

/** One request on its way into the table. */
export interface Count {
  readonly key: CounterKey;
  readonly request: CountRequest;
  readonly counting: Counting;
  readonly effect: NetEffect;
  /** Whether a call before this one was never answered. */
  readonly wasUnsettled: boolean;
}

export type Decision =
  | { readonly receipt: ApplyResult }
  | { readonly transaction: CountingTransaction }
  | { readonly write: Omit<CountingWrite, "whole"> };

/**
 * What to do about a request, given what was seen of its counter: answer it, for it was counted before; refuse it,
 * which may have to be remembered; or try to count it, in the way that the counter is kept.
 *
 * @throws CounterError `limit-exceeded`, `idempotency-key-reused`, `misconfigured`, `unavailable`, `outcome-unknown`
 */
export async function decide(count: Count, seen: Seen): Promise<Decision> {
  const { key, request, counting, effect } = count;
  const { commands, limits, initial, shards, strategy } = request;
  const receipt = recall(count, seen);
  if (receipt !== undefined) return { receipt };
  checkSeal(seen.item, key);

  const byTransaction = strategy === "separate-item" || isSealed(seen.item, counting);
  const found = valueOf(seen.item, key);
  const before = found ?? initial;
  const remember = strategy === "inline" ? "inline" : "separate-item";
  const place = seen.item[counting.keyAttribute];
  let result: BatchResult;
  try {
    result = applyBatch(before, commands, limits, key.id);
  } catch (error) {
    if (!seen.certain) return decide(count, await look(count));
    if (request.callerId === undefined && !isOnItsWay(count)) throw error;
    const refusedTo = new Set(stampsOf(count, seen).flatMap((stamp) => stamp.refusedTo ?? []));
    if (request.callerId !== undefined) refusedTo.add(callerIdHash(request.callerId));
    const change = { before, limits, refusedTo: Array.from(refusedTo), error };
    return byTransaction
      ? { transaction: { seen, change, remember: "separate-item" } }
      : { write: { change, place } };
  }
  if (shards !== undefined && found === undefined) {
    if (!seen.certain) return decide(count, await look(count));
    await claimShards(key, shards);
  }

  const clampedTo = limits?.onLimit === "clamp" ? limits : undefined;
  const mayCreate = found === undefined;
  const change = { before, become: result.value, mayCreate, limits: clampedTo };
  if (byTransaction) return { transaction: { seen, change, remember } };
  // A clamped batch ends at a value that depends on where it starts.
  if (clampedTo !== undefined) return { write: { change, place } };
  // As it was: the value has come back within the range since.
  const { delta, lowest, highest } = effect;
  return { write: { change: { add: delta, between: [lowest, highest], mayCreate }, place } };
}

/** Reads what is there, for certain. */
export async function look({ key, request: { strategy }, counting }: Count): Promise<Seen> {
  const item = await readItem(key, itemKey(key), { consistent: true });
  const marked = strategy === "separate-item" || isSealed(item, counting);
  const marker = marked
    ? await readItem(key, markerKey(key, counting.keyAttribute), { consistent: true })
    : {};
  return { item, marker, certain: true };
}

/**
 * What is remembered of the request, if it was counted before; or refused, and that is final for its caller.
 *
 * @throws CounterError `idempotency-key-reused`, `limit-exceeded`
 */
export function recall(count: Count, seen: Seen): ApplyResult | undefined {
  const { key, request, counting } = count;
  const { commands, isGeneratedKey, callerId } = request;
  const stamps = stampsOf(count, seen);
  const isFinal = ({ refusedTo }: IdempotencyRecord) =>
    callerId !== undefined && refusedTo?.includes(callerIdHash(callerId)) === true;
  // What counted goes before a refusal that was remembered at the same moment.
  const known = stamps.find(({ refusedTo }) => refusedTo === undefined) ?? stamps.find(isFinal);
  if (known === undefined) return undefined;
  if (known.fingerprint !== counting.fingerprint) throw idempotencyKeyReused(key.id, counting.idempotencyKey);
  // It was accepted or refused then, whatever the limits are now; only those that made its results are remembered.
  return { ...applyBatch(known.before, commands, known.limits, key.id), replayed: !isGeneratedKey };
}

function stampsOf({ counting }: Count, { item, marker }: Seen): readonly IdempotencyRecord[] {
  const stamps = [readRecord(item[counting.keyAttribute]), readRecord(marker[attributes.stamp])];
  return stamps.filter((stamp) => stamp !== undefined);
}

/** Whether an attempt may still arrive: one that was never answered, now or in a call before. */
export function isOnItsWay({ counting: { attempts }, wasUnsettled }: Count): boolean {
  // What is not known for a refusal may have been carried out.
  return (
    wasUnsettled || attempts.some((error) => (codeOf(error, true) ?? "outcome-unknown") === "outcome-unknown")
  );
}
