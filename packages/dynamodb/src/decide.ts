import { applyBatch, tokenReused, type BatchResult, type Receipt } from "@durable-counter/core";
import type { CountRequest } from "./count-once.ts";
import { itemKey, readItem, stampOf, valueOf, type CounterKey } from "./counter-item.ts";
import type { Counting, Seen } from "./counting.ts";
import type { CountingTransaction } from "./counting-transaction.ts";
import type { CountingWrite } from "./counting-write.ts";
import { markerKey } from "./marker.ts";
import type { NetEffect } from "./net-effect.ts";
import { refuseForGood } from "./refuse-for-good.ts";
import { checkSeal, isSealed } from "./seal.ts";
import { claimShards } from "./shards.ts";
import { attributes } from "./table.ts";
import { isCounted, readStamp } from "./token-stamp.ts";
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
 * What to do about a request, given what was seen of its counter: answer it, for it was counted before; refuse it; or
 * try to count it, in the way that the counter is kept.
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
  let result: BatchResult;
  try {
    result = applyBatch(before, commands, limits, key.id);
  } catch (refusal) {
    const isFinal =
      seen.certain && (!isOnItsWay(count) || (await refuseForGood(key, counting, seen, byTransaction)));
    if (isFinal) throw refusal;
    return decide(count, await look(count));
  }
  if (shards !== undefined && found === undefined) {
    if (!seen.certain) return decide(count, await look(count));
    await claimShards(key, shards);
  }

  const clampedTo = limits?.onLimit === "clamp" ? limits : undefined;
  if (byTransaction) {
    const remember = strategy === "inline" ? "inline" : "marker";
    return { transaction: { seen, from: found, become: result.value, clampedTo, remember } };
  }
  const place = seen.item[counting.tokenAttribute];
  if (clampedTo === undefined) {
    // As it was: the value has come back within the range since.
    const { delta, lowest, highest } = effect;
    return {
      write: { change: { add: delta }, between: [lowest, highest], mayCreate: found === undefined, place },
    };
  }
  // A clamped batch ends at a value that depends on where it starts.
  const change = { become: result.value, from: before, clampedTo };
  return { write: { change, between: [before, before], mayCreate: found === undefined, place } };
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
 * What is remembered of the request, if it was counted before.
 *
 * @throws CounterError `token-reused`
 */
export function recall(
  { key: { id }, request, counting }: Count,
  { item, marker }: Seen,
): Receipt | undefined {
  const { commands, ownToken } = request;
  const known = [stampOf(item, counting.tokenAttribute), readStamp(marker[attributes.stamp])].find(isCounted);
  if (known === undefined) return undefined;
  if (known.fingerprint !== counting.fingerprint) throw tokenReused(id, counting.token);
  // It was accepted then, whatever the limits are now; only those that clamped it shaped its results.
  return { ...applyBatch(known.before, commands, known.clampedTo, id), replayed: !ownToken };
}

/** Whether an attempt may still arrive: one that was never answered, now or in a call before. */
export function isOnItsWay({ counting: { attempts }, wasUnsettled }: Count): boolean {
  // What is not known for a refusal may have been carried out.
  return (
    wasUnsettled || attempts.some((error) => (codeOf(error, true) ?? "outcome-unknown") === "outcome-unknown")
  );
}
