import {
  applyBatch,
  CounterError,
  isCounterError,
  type Command,
  type Limits,
  type Receipt,
} from "@durable-counter/core";
import { backOff } from "./back-off.ts";
import { itemKey, named, readItem, valueOf, type CounterKey } from "./counter-item.ts";
import type { Counting, Outcome } from "./counting.ts";
import { countingTransaction } from "./counting-transaction.ts";
import { countingWrite } from "./counting-write.ts";
import { decide, isOnItsWay, look, recall, type Count, type Decision } from "./decide.ts";
import { netEffect } from "./net-effect.ts";
import { GRACE_SECONDS, isSealed, sealOf } from "./seal.ts";
import type { StoreMemory } from "./store-memory.ts";
import { attributes } from "./table.ts";
import { isTidying, tidy } from "./tidy.ts";
import { fingerprint, tokenAttribute } from "./token-stamp.ts";
import { translateError } from "./translate-error.ts";

/** Where tokens are remembered: in the counter's item, each in an item of its own, or as is cheaper. */
export type Strategy = "auto" | "inline" | "marker";

export interface CountRequest {
  readonly commands: readonly Command[];
  readonly token: string;
  /** Whether the token is ours, for a request that brought none. */
  readonly ownToken: boolean;
  /** When the token was sent first, in milliseconds since 1970. */
  readonly issuedAt: number | undefined;
  readonly limits: Limits | undefined;
  readonly initial: number;
  /** The time in milliseconds since 1970. */
  readonly now: () => number;
  /** How long a caller's token is remembered. */
  readonly windowSeconds: number;
  readonly strategy: Strategy;
  /** Over how many items the counter is spread, where it is. */
  readonly shards: number | undefined;
  readonly memory: StoreMemory;
}

/**
 * For requests without a token, which get one all the same: the AWS SDK retries by itself. No attempt is made after
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
 * @throws CounterError `limit-exceeded`, `token-reused`, `token-expired`, `throttled`, `unavailable`,
 *   `outcome-unknown`, `misconfigured`
 */
export async function countOnce(key: CounterKey, request: CountRequest): Promise<Receipt> {
  const { commands, limits, memory } = request;
  const counting = countingOf(request);
  const name = `${placeName(key)}\n${counting.tokenAttribute}`;
  const wasUnsettled = memory.unsettled.get(name) === true;
  const count = { key, request, counting, effect: netEffect(commands, limits), wasUnsettled };
  try {
    const receipt = await settle(count);
    if (wasUnsettled) memory.unsettled.delete(name);
    return receipt;
  } catch (error) {
    if (isCounterError(error, "limit-exceeded") || isCounterError(error, "token-reused")) throw error;
    if (!isOnItsWay(count) && !isCounterError(error, "outcome-unknown")) throw error;
    memory.unsettled.set(name, true);
    throw unknown(count, error);
  }
}

/**
 * An attempt that was never answered may still count, whatever became of those after it.
 *
 * @param error how the last one ended
 */
function unknown({ key, counting: { token, expiresAt } }: Count, error: unknown): unknown {
  if (!isCounterError(error)) return error;
  const until = expiresAt * 1_000;
  const details = { token, until };
  if (error.code === "outcome-unknown")
    return Object.assign(error, { details: { ...error.details, ...details } });
  if (error.code !== "throttled" && error.code !== "unavailable") return error;
  return new CounterError(
    "outcome-unknown",
    `${named(key)} may or may not have been changed: an attempt was never answered. Ask again with the token ${JSON.stringify(token)}, until ${new Date(until).toISOString()}, to find out. ${error.message.replace(/ \[[a-z-]+\]$/u, "")}`,
    { cause: error, details },
  );
}

function countingOf({
  commands,
  token,
  ownToken,
  issuedAt,
  initial,
  now,
  windowSeconds,
}: CountRequest): Counting {
  const nowSeconds = Math.floor(now() / 1_000);
  const expiresAt = nowSeconds + (ownToken ? OWN_TOKEN_SECONDS : windowSeconds);
  const until = Math.min(expiresAt, issuedAt === undefined ? Infinity : issuedAt / 1_000 + windowSeconds);
  return {
    token,
    tokenAttribute: tokenAttribute(token),
    fingerprint: fingerprint(commands),
    expiresAt,
    nowSeconds,
    initial,
    attempts: [],
    mayTryAgain: () => now() < until * 1_000,
  };
}

async function settle(count: Count): Promise<Receipt> {
  const { key, request } = count;
  let next = await firstDecision(count);
  for (let [refused, busy] = [0, 0]; ;) {
    if ("receipt" in next) return next.receipt;
    const outcome = await attempt(count, next);
    switch (outcome.kind) {
      case "applied": {
        remember(count, next, outcome);
        if (isTidying(count.counting.tokenAttribute)) await tidyUp(count, outcome);
        const { commands, limits } = request;
        return { ...applyBatch(outcome.before, commands, limits, key.id), replayed: false };
      }
      case "refused":
        if (++refused > MAX_ROUNDS)
          throw gaveUp(count, `other writers overtook ${MAX_ROUNDS} attempts in a row. Try again later`);
        if (refused > 1) await backOff(refused - 1);
        next = await decide(count, outcome.seen);
        break;
      case "busy":
        if (++busy > MAX_BUSY) throw busyError(count, outcome.error);
        await backOff(busy);
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
  const { issuedAt, strategy, memory, shards, initial, now, windowSeconds } = request;
  if (issuedAt !== undefined && issuedAt > now() + GRACE_SECONDS * 1_000) throw notYetIssued(issuedAt);
  if (issuedAt !== undefined && now() >= issuedAt + windowSeconds * 1_000) return tooLate(count, issuedAt);
  const { delta, lowest, highest } = effect;
  // Where no value before fits there is nothing to write; but the token may have counted under other limits.
  if (lowest > highest) return look(count).then((seen) => decide(count, seen));
  const item = memory.sealed.get(placeName(key));
  if (strategy === "marker" || (item !== undefined && isSealed(item, counting))) {
    return decide(count, { item: item ?? {}, marker: {}, certain: false });
  }
  const mayCreate = shards === undefined && lowest <= initial && initial <= highest;
  return { write: { change: { add: delta }, between: [lowest, highest], mayCreate, place: undefined } };
}

/** The window has passed, but the token may still be remembered. */
async function tooLate(count: Count, issuedAt: number): Promise<Decision> {
  const receipt = recall(count, await look(count));
  if (receipt === undefined) throw tokenExpired(count, issuedAt);
  return { receipt };
}

function attempt(
  { key, counting }: Count,
  decision: Exclude<Decision, { receipt: Receipt }>,
): Promise<Outcome> {
  if ("transaction" in decision) return countingTransaction(key, counting, decision.transaction);
  const whole = isTidying(counting.tokenAttribute);
  return countingWrite(key, counting, { ...decision.write, whole });
}

type Applied = Outcome & { readonly kind: "applied" };

/** Keeps in mind how a counter looks that is written by transactions. */
function remember({ key, counting, request }: Count, decision: Decision, { item = {} }: Applied): void {
  if (!("transaction" in decision)) {
    valueOf(item, key); // a foreign item may hold a fraction, which no condition can see
    return;
  }
  const { become, remember, seen } = decision.transaction;
  const seal = Math.max(sealOf(seen.item), remember === "marker" ? counting.expiresAt : 0);
  request.memory.sealed.set(placeName(key), {
    [attributes.value]: { N: String(become) },
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

const FULL =
  'its item is full of tokens that are still remembered. Write less often, shorten dedupe.windowSeconds, or let dedupe.strategy be "auto"';

function gaveUp({ key, counting: { token } }: Count, why: string): CounterError {
  return new CounterError(
    "throttled",
    `${named(key)} was not changed: ${why}; ask again with the token ${JSON.stringify(token)}.`,
  );
}

function busyError({ key: { tableName, id: counterId }, counting }: Count, error: unknown): unknown {
  const { token, attempts } = counting;
  return translateError(error, { tableName, counterId, token, wrote: true, attempts });
}

function notYetIssued(issuedAt: number): CounterError {
  return new CounterError(
    "invalid-command",
    `request.issuedAt is ${issuedAt}, which is yet to come; pass milliseconds since 1970.`,
  );
}

function tokenExpired({ key, counting, request: { windowSeconds } }: Count, issuedAt: number): CounterError {
  return new CounterError(
    "token-expired",
    `${named(key)} was not changed: token ${JSON.stringify(counting.token)} was issued at ${new Date(issuedAt).toISOString()}, and tokens are remembered for ${windowSeconds} s, so whether it counted is not known any more. Find out by other means, and count under a new token if it did not; or let dedupe.windowSeconds be longer than requests may take.`,
  );
}
