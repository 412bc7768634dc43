import { randomUUID } from "node:crypto";
import {
  applyBatch,
  CounterError,
  tokenReused,
  type BatchResult,
  type Command,
  type Limits,
  type Receipt,
} from "@durable-counter/core";
import { readItem, stampOf, valueOf, type CounterKey, type Item } from "./counter-item.ts";
import { countingWrite, type CountingWrite } from "./counting-write.ts";
import { forgetTokens, isForgetting } from "./forget-tokens.ts";
import { netEffect } from "./net-effect.ts";
import { fingerprint, tokenAttribute } from "./token-stamp.ts";

export interface CountRequest {
  readonly commands: readonly Command[];
  readonly token: string | undefined;
  readonly limits: Limits | undefined;
  readonly initial: number;
  /** The time in milliseconds since 1970. */
  readonly now: () => number;
  /** How long a caller's token is remembered. */
  readonly windowSeconds: number;
}

/**
 * For requests without a token, which get one all the same: the AWS SDK retries by itself. No attempt is made after
 * this time.
 */
const OWN_TOKEN_SECONDS = 300;

/** How often a write is tried that rivals overtake. */
const MAX_ROUNDS = 20;

/**
 * Applies a batch exactly once: one conditional write, and no read, unless the write is refused.
 *
 * @throws CounterError `limit-exceeded`, `token-reused`, `throttled`, `unavailable`, `outcome-unknown`,
 *   `misconfigured`
 */
export async function countOnce(key: CounterKey, request: CountRequest): Promise<Receipt> {
  const { commands, limits, initial, now } = request;
  const token = request.token ?? randomUUID();
  const nowSeconds = Math.floor(now() / 1000);
  const { delta, lowest, highest } = netEffect(commands, limits);
  const stamp = {
    token,
    tokenAttribute: tokenAttribute(token),
    expiresAt: nowSeconds + (request.token === undefined ? OWN_TOKEN_SECONDS : request.windowSeconds),
    fingerprint: fingerprint(commands),
  };
  const forgetting = isForgetting(stamp.tokenAttribute);
  let write: CountingWrite = {
    ...stamp,
    initial,
    now,
    change: { add: delta },
    between: [lowest, highest],
    mayCreate: lowest <= initial && initial <= highest,
  };
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    // Where no value before fits there is nothing to write; but the token may have counted under other limits.
    const outcome =
      lowest <= highest || round > 1
        ? await countingWrite(key, write, forgetting)
        : { applied: false as const, full: false, item: await readItem(key, { consistent: true }) };
    if (outcome.applied) {
      valueOf(outcome.item, key); // a foreign item may hold a fraction, which no condition can see
      if (forgetting) await forgetTokens(key, outcome.item, nowSeconds);
      return { ...applyBatch(outcome.before, commands, limits, key.id), replayed: false };
    }
    const known = recall(outcome.item, key, commands, stamp);
    if (known !== undefined) return { ...known, replayed: request.token !== undefined };
    if (!outcome.full) write = { ...write, ...fromHere(outcome.item, key, request) };
    else if (!(await forgetTokens(key, outcome.item, nowSeconds))) throw tooManyTokens(key);
  }
  throw new CounterError(
    "throttled",
    `Counter ${JSON.stringify(key.id)} in table "${key.tableName}" was not changed: other writers overtook ${MAX_ROUNDS} attempts in a row. Try again later, with the same token.`,
  );
}

function tooManyTokens({ id, tableName }: CounterKey): CounterError {
  return new CounterError(
    "throttled",
    `Counter ${JSON.stringify(id)} in table "${tableName}" was not changed: its item is full of tokens that are still remembered. Write less often, or shorten dedupe.windowSeconds.`,
  );
}

/** What the item remembers of this request, if it was counted before. */
function recall(
  item: Item,
  { id }: CounterKey,
  commands: readonly Command[],
  stamp: Pick<CountingWrite, "token" | "tokenAttribute" | "fingerprint">,
): BatchResult | undefined {
  const known = stampOf(item, stamp.tokenAttribute);
  if (known === undefined) return undefined;
  if (known.fingerprint !== stamp.fingerprint) {
    throw tokenReused(id, stamp.token);
  }
  // It was accepted then, whatever the limits are now; only those that clamped it shaped its results.
  return applyBatch(known.before, commands, known.clampedTo, id);
}

/**
 * What to write after the value that is there refused the write for any value: a clamped batch ends at a value that
 * depends on where it starts. A batch that rejects is tried as it was: the value has come back within its range.
 *
 * @throws CounterError `limit-exceeded`
 */
function fromHere(
  item: Item,
  key: CounterKey,
  { commands, limits, initial }: CountRequest,
): Partial<CountingWrite> {
  const found = valueOf(item, key);
  const before = found ?? initial;
  const { value } = applyBatch(before, commands, limits, key.id);
  if (limits?.onLimit !== "clamp") return {};
  const exactly = BigInt(before);
  return {
    change: { become: value, from: before, clampedTo: limits },
    between: [exactly, exactly],
    mayCreate: found === undefined,
  };
}
