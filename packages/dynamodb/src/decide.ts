import { applyBatch, tokenReused, type BatchResult, type Receipt } from "@durable-counter/core";
import type { CountRequest } from "./count-once.ts";
import { itemKey, readItem, valueOf, type CounterKey } from "./counter-item.ts";
import type { Counting, Seen } from "./counting.ts";
import type { CountingTransaction } from "./counting-transaction.ts";
import type { CountingWrite } from "./counting-write.ts";
import { markerKey } from "./marker.ts";
import type { NetEffect } from "./net-effect.ts";
import { checkSeal, isSealed } from "./seal.ts";
import { claimShards } from "./shards.ts";
import { attributes } from "./table.ts";
import { callerHash, readStamp, type TokenStamp } from "./token-stamp.ts";
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
  | { readonly receipt: Receipt }
  | { readonly transaction: CountingTransaction }
  | { readonly write: Omit<CountingWrite, "whole"> };

/**
 * What to do about a request, given what was seen of its counter: answer it, for it was counted before; refuse it,
 * which may have to be remembered; or try to count it, in the way that the counter is kept.
 *
 * @throws CounterError `limit-exceeded`, `token-reused`, `misconfigured`, `unavailable`, `outcome-unknown`
 */
export async function decide(count: Count, seen: Seen): Promise<Decision> {
  const { key, request, counting, effect } = count;
  const { commands, limits, initial, shards, strategy } = request;
  const receipt = recall(count, seen);
  if (receipt !== undefined) return { receipt };
  checkSeal(seen.item, key);

  const byTransaction = strategy === "marker" || isSealed(seen.item, counting);
  const found = valueOf(seen.item, key);
  const before = found ?? initial;
  const remember = strategy === "inline" ? "inline" : "marker";
  const place = seen.item[counting.tokenAttribute];
  let result: BatchResult;
  try {
    result = applyBatch(before, commands, limits, key.id);
  } catch (error) {
    if (!seen.certain) return decide(count, await look(count));
    if (request.caller === undefined && !isOnItsWay(count)) throw error;
    const refusedTo = new Set(stampsOf(count, seen).flatMap((stamp) => stamp.refusedTo ?? []));
    if (request.caller !== undefined) refusedTo.add(callerHash(request.caller));
    const change = { before, limits, refusedTo: Array.from(refusedTo), error };
    return byTransaction
      ? { transaction: { seen, change, remember: "marker" } }
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
  const marked = strategy === "marker" || isSealed(item, counting);
  const marker = marked
    ? await readItem(key, markerKey(key, counting.tokenAttribute), { consistent: true })
    : {};
  return { item, marker, certain: true };
}

/**
 * What is remembered of the request, if it was counted before; or refused, and that is final for its caller.
 *
 * @throws CounterError `token-reused`, `limit-exceeded`
 */
export function recall(count: Count, seen: Seen): Receipt | undefined {
  const { key, request, counting } = count;
  const { commands, ownToken, caller } = request;
  const stamps = stampsOf(count, seen);
  const isFinal = ({ refusedTo }: TokenStamp) =>
    caller !== undefined && refusedTo?.includes(callerHash(caller)) === true;
  // What counted goes before a refusal that was remembered at the same moment.
  const known = stamps.find(({ refusedTo }) => refusedTo === undefined) ?? stamps.find(isFinal);
  if (known === undefined) return undefined;
  if (known.fingerprint !== counting.fingerprint) throw tokenReused(key.id, counting.token);
  // It was accepted or refused then, whatever the limits are now; only those that made its results are remembered.
  return { ...applyBatch(known.before, commands, known.limits, key.id), replayed: !ownToken };
}

function stampsOf({ counting }: Count, { item, marker }: Seen): readonly TokenStamp[] {
  const stamps = [readStamp(item[counting.tokenAttribute]), readStamp(marker[attributes.stamp])];
  return stamps.filter((stamp) => stamp !== undefined);
}

/** Whether an attempt may still arrive: one that was never answered, now or in a call before. */
export function isOnItsWay({ counting: { attempts }, wasUnsettled }: Count): boolean {
  // What is not known for a refusal may have been carried out.
  return (
    wasUnsettled || attempts.some((error) => (codeOf(error, true) ?? "outcome-unknown") === "outcome-unknown")
  );
}
