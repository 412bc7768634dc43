import {
  applyBatch,
  isCounterError,
  type Command,
  type Limits,
  type ApplyResult,
} from "@durable-counter/core";
import { backOff, type Waits } from "./back-off.ts";
import { itemKey, readItem, valueOf, type CounterKey } from "./counter-item.ts";
import {
  busyError,
  FULL,
  gaveUp,
  notYetIssued,
  idempotencyKeyExpired,
  unknownOutcome,
} from "./request-errors.ts";
import type { Counting, Outcome, Refusal } from "./request-context.ts";
import { countingTransaction } from "./transactional-write.ts";
import { countingWrite } from "./conditional-update.ts";
import { decide, isOnItsWay, look, recall, type Count, type Decision } from "./next-action.ts";
import { netEffect } from "./net-effect.ts";
import { GRACE_SECONDS, isSealed, sealOf } from "./write-fence.ts";
import type { StoreMemory } from "./cache.ts";
import { attributes } from "./table.ts";
import { startsCompaction, tidy } from "./compaction.ts";
import { fingerprint, keyAttribute } from "./idempotency-record.ts";

/** Where keys are remembered: in the counter's item, each in an item of its own, or as is cheaper. */
export type Strategy = "auto" | "inline" | "separate-item";

export interface CountRequest extends Waits {
  readonly commands: readonly Command[];
  readonly idempotencyKey: string;
  /** Whether the idempotency key is ours, for a request that brought none. */
  readonly isGeneratedKey: boolean;
  /** When the idempotency key was sent first, in milliseconds since 1970. */
  readonly issuedAt: number | undefined;
  readonly limits: Limits | undefined;
  readonly initial: number;
  /** The time in milliseconds since 1970. */
  readonly now: () => number;
  /** How long a caller's idempotency key is remembered. */
  readonly retentionSeconds: number;
  /** For whom a refusal is to be final, if they say. */
  readonly callerId: string | undefined;
  readonly strategy: Strategy;
  /** Over how many items the counter is spread, where it is. */
  readonly shards: number | undefined;
  readonly memory: StoreMemory;
}

/**
 * For requests without an idempotency key, which get one all the same: the AWS SDK retries by itself. No attempt is made after
 * this time.
 */
const OWN_TOKEN_SECONDS = 120;

/** How often a write is tried that rivals overtake. */
const MAX_ROUNDS = 20;

/** How often one is tried that DynamoDB has no room for; after as many attempts of the AWS SDK each. */
const MAX_BUSY = 8;

/**
 * Applies a batch exactly once: one conditional write, and no read, unless the write is refused.
 *
 * @throws CounterError `limit-exceeded`, `idempotency-key-reused`, `idempotency-key-expired`, `throttled`, `unavailable`,
 *   `outcome-unknown`, `misconfigured`
 */
export async function countOnce(key: CounterKey, request: CountRequest): Promise<ApplyResult> {
  const { commands, limits, memory } = request;
  const counting = countingOf(request);
  const name = `${placeName(key)}\n${counting.keyAttribute}`;
  const wasUnsettled = memory.unsettled.get(name) === true;
  const count = { key, request, counting, effect: netEffect(commands, limits), wasUnsettled };
  try {
    const receipt = await settle(count);
    if (wasUnsettled) memory.unsettled.delete(name);
    return receipt;
  } catch (error) {
    if (isCounterError(error, "limit-exceeded") || isCounterError(error, "idempotency-key-reused"))
      throw error;
    if (!isOnItsWay(count) && !isCounterError(error, "outcome-unknown")) throw error;
    memory.unsettled.set(name, true);
    throw unknownOutcome(count, error);
  }
}

function countingOf({
  commands,
  idempotencyKey,
  isGeneratedKey,
  issuedAt,
  initial,
  now,
  retentionSeconds,
}: CountRequest): Counting {
  const nowSeconds = Math.floor(now() / 1_000);
  const expiresAt = nowSeconds + (isGeneratedKey ? OWN_TOKEN_SECONDS : retentionSeconds);
  const until = Math.min(expiresAt, issuedAt === undefined ? Infinity : issuedAt / 1_000 + retentionSeconds);
  return {
    idempotencyKey,
    keyAttribute: keyAttribute(idempotencyKey),
    fingerprint: fingerprint(commands),
    expiresAt,
    nowSeconds,
    initial,
    attempts: [],
    mayTry: () => now() < until * 1_000,
  };
}

async function settle(count: Count): Promise<ApplyResult> {
  const { key, request } = count;
  let next = await firstDecision(count);
  for (let [refused, busy] = [0, 0]; ;) {
    if ("receipt" in next) return next.receipt;
    const outcome = await attempt(count, next);
    switch (outcome.kind) {
      case "applied": {
        remember(count, next, outcome);
        if (startsCompaction(count.counting.keyAttribute)) await tidyUp(count, outcome);
        const { change } = "write" in next ? next.write : next.transaction;
        if ("refusedTo" in change) {
          if ("write" in next) throw change.error;
          return answerRefusal(count, change);
        }
        const { commands, limits } = request;
        return { ...applyBatch(outcome.before, commands, limits, key.id), replayed: false };
      }
      case "refused":
        if (++refused > MAX_ROUNDS)
          throw gaveUp(count, `other writers overtook ${MAX_ROUNDS} attempts in a row. Try again later`);
        if (refused > 1) await backOff(refused - 1, request);
        next = await decide(count, outcome.seen);
        break;
      case "busy":
        if (++busy > MAX_BUSY) throw busyError(count, outcome.error);
        await backOff(busy, request);
        break;
      case "full":
        if (++refused > MAX_ROUNDS || !(await tidy(key, outcome.item, tidying(count))))
          throw gaveUp(count, FULL);
    }
  }
}

/** Most counters are written without being looked at; the others from what is remembered or guessed of them. */
function firstDecision(count: Count): Decision | Promise<Decision> {
  const { key, request, counting, effect } = count;
  const { issuedAt, strategy, memory, shards, initial, now, retentionSeconds } = request;
  if (issuedAt !== undefined && issuedAt > now() + GRACE_SECONDS * 1_000) throw notYetIssued(issuedAt);
  if (issuedAt !== undefined && now() >= issuedAt + retentionSeconds * 1_000) return tooLate(count, issuedAt);
  const { delta, lowest, highest } = effect;
  // Where no value before fits there is nothing to write; but the idempotency key may have counted under other limits.
  if (lowest > highest) return look(count).then((seen) => decide(count, seen));
  const item = memory.sealed.get(placeName(key));
  if (strategy === "separate-item" || (item !== undefined && isSealed(item, counting))) {
    return decide(count, { item: item ?? {}, marker: {}, certain: false });
  }
  const mayCreate = shards === undefined && lowest <= initial && initial <= highest;
  return { write: { change: { add: delta, between: [lowest, highest], mayCreate }, place: undefined } };
}

/** The window has passed, but the idempotency key may still be remembered. */
async function tooLate(count: Count, issuedAt: number): Promise<Decision> {
  const receipt = recall(count, await look(count));
  if (receipt === undefined) throw idempotencyKeyExpired(count, issuedAt);
  return { receipt };
}

/** A refusal in a marker can meet a count in the item: by a store that keeps the idempotency key there, and that was faster. */
async function answerRefusal(count: Count, { error }: Refusal): Promise<ApplyResult> {
  const receipt = recall(count, await look(count));
  if (receipt === undefined) throw error;
  return receipt;
}

function attempt(
  { key, counting }: Count,
  decision: Exclude<Decision, { receipt: ApplyResult }>,
): Promise<Outcome> {
  if ("transaction" in decision) return countingTransaction(key, counting, decision.transaction);
  const whole = startsCompaction(counting.keyAttribute);
  return countingWrite(key, counting, { ...decision.write, whole });
}

type Applied = Outcome & { readonly kind: "applied" };

/** Keeps in mind how a counter looks that is written by transactions. */
function remember({ key, counting, request }: Count, decision: Decision, { item = {} }: Applied): void {
  if (!("transaction" in decision)) {
    valueOf(item, key); // a foreign item may hold a fraction, which no condition can see
    return;
  }
  const { change, remember, seen } = decision.transaction;
  if ("refusedTo" in change) return;
  const seal = Math.max(sealOf(seen.item), remember === "separate-item" ? counting.expiresAt : 0);
  request.memory.sealed.set(placeName(key), {
    [attributes.value]: { N: String(change.become) },
    [attributes.seal]: { N: String(seal) },
  });
}

async function tidyUp(count: Count, { item }: Applied): Promise<void> {
  const { key } = count;
  const whole = item ?? (await readItem(key, itemKey(key), { consistent: true }).catch(() => ({})));
  await tidy(key, whole, tidying(count));
}

function tidying({ counting: { nowSeconds }, request: { memory, strategy } }: Count) {
  return { nowSeconds, memory, mayMove: strategy === "auto" };
}

function placeName({ id, part }: CounterKey): string {
  return `${id}\n${part}`;
}
