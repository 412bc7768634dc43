import { applyBatch, isCounterError } from "@durable-counter/core";
import { backOff, MAX_BUSY, MAX_OVERTAKEN } from "./back-off.ts";
import { cacheFence } from "./cached-fence.ts";
import { compact, startsCompaction } from "./compaction.ts";
import { asContended, isContended, noticeContention } from "./contended-request.ts";
import { conditionalUpdate } from "./conditional-update.ts";
import { readItem, valueOf, type Item } from "./read-item.ts";
import { findRecordedResult, type CounterState } from "./counter-state.ts";
import {
  firstAction,
  mayHaveMoved,
  nextAction,
  type Refusal,
  type Replacement,
  type Write,
} from "./next-action.ts";
import {
  createRequestContext,
  inFlightName,
  itemName,
  mayBeInFlight,
  valueName,
  type RequestContext,
  type RequestResult,
  type StoreRequest,
} from "./request-context.ts";
import { readRecord } from "./idempotency-record.ts";
import { itemFull, notApplied, outcomeUnknown, overtaken, setOverFraction } from "./request-errors.ts";
import { withWindow } from "./request-window.ts";
import { claimShards } from "./shards.ts";
import type { CallConfig } from "./store-options.ts";
import { attributes, numberValue } from "./item-schema.ts";
import { transactionalWrite } from "./transactional-write.ts";
import { GRACE_SECONDS, hasHolds, holdsOf } from "./write-fence.ts";
import { translateWriteError, type WriteOutcome } from "./write-outcome.ts";

/**
 * Applies a batch exactly once: by one conditional write, and no read, unless the condition fails.
 *
 * @throws CounterError `invalid-input`, `limit-exceeded`, `idempotency-key-reused`, `idempotency-key-expired`, `throttled`,
 *   `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function applyRequest(config: CallConfig, input: StoreRequest): Promise<RequestResult> {
  const request = createRequestContext(config, input);
  const { inFlight } = config.cache;
  try {
    const result = await run(request);
    if (request.wasInFlight) inFlight.delete(inFlightName(request));
    return result;
  } catch (cause) {
    const error = translateWriteError(request, cause);
    if (isCounterError(error, "limit-exceeded") || isCounterError(error, "idempotency-key-reused"))
      throw notApplied(request, error);
    if (!mayBeInFlight(request) && !isCounterError(error, "outcome-unknown"))
      throw notApplied(request, error);
    throw outcomeUnknown(addInFlight(request), error);
  }
}

/**
 * A retry within a retention period from now must meet what is known of this call; no attempt can arrive later.
 *
 * @returns the request with the deadline of the first call for its key, which may have begun and ended beside this one
 */
export function addInFlight(request: RequestContext): RequestContext {
  const { now, retentionSeconds, cache } = request.config;
  const forgetAt = now() + (retentionSeconds + GRACE_SECONDS) * 1_000;
  const key = { issuedAt: request.issuedAt, forgetAt };
  const issuedAt = cache.inFlight.add(inFlightName(request), key, now());
  return { ...request, issuedAt, retryUntil: request.retryUntil - (request.issuedAt - issuedAt) };
}

/** Carries out one action after the other until the request is answered. */
async function run(given: RequestContext): Promise<RequestResult> {
  const { config } = given;
  let request = isContended(given) ? asContended(given) : given;
  let action = firstAction(request, config.cache.fencedItems.get(itemName(request)));
  for (let [failed, busy] = [0, 0]; ;) {
    if (action.type === "answer") return action.result;
    if (action.type === "read") {
      action = nextAction(request, await readState(request));
      continue;
    }
    if (action.type === "read-key-item") {
      const { state } = action;
      const keyItem = await readKeyItem(request);
      action = nextAction(request, { ...state, keyItem, isKeyItemKnown: true });
      continue;
    }
    if (action.type === "settle") {
      const { settle } = holdsOf(config, request.id);
      if (!(await settle(config, request, action.state.item, request.startedAt))) {
        if (++failed > MAX_OVERTAKEN) throw overtaken(request, MAX_OVERTAKEN);
        await backOff(failed, config);
      }
      action = nextAction(request, await readState(request));
      continue;
    }
    if (action.type === "claim-shards") {
      await claimShards(config, request.id, config.shards ?? 0);
      action = nextAction(request, { ...action.state, areShardsClaimed: true });
      continue;
    }
    const outcome = await write(request, action);
    const isOvertaken = noticeContention(request, action, outcome);
    if (isOvertaken) request = asContended(request);
    switch (outcome.type) {
      case "applied":
        remember(request, action, outcome.item ?? {});
        if (startsCompaction(request.keyAttribute)) await compact(request, outcome.item ?? {});
        if (action.change.kind !== "refuse") return resultOf(request, outcome.before);
        // A store that records the key in the counter's item may have applied the request just before.
        if (action.type === "transaction") {
          const recorded = findRecordedResult(request, await readState(request));
          if (recorded) return recorded;
        }
        throw action.change.error;
      case "condition-failed":
        if (++failed > MAX_OVERTAKEN) throw overtaken(request, MAX_OVERTAKEN);
        if (failed > 1) await backOff(failed - 1, config);
        action = nextAction(request, outcome.state);
        break;
      case "busy":
        if (++busy > (outcome.isConflict ? MAX_OVERTAKEN : MAX_BUSY)) throw outcome.error;
        await backOff(busy, config);
        if (isOvertaken) action = firstAction(request, config.cache.fencedItems.get(itemName(request)));
        break;
      case "item-full":
        if (++failed > MAX_OVERTAKEN || !(await compact(request, outcome.item))) throw itemFull(request);
    }
  }
}

/** Reads the counter's item, and then the key's item if there may be one. */
async function readState(request: RequestContext): Promise<CounterState> {
  const { config } = request;
  const item = await readItem(config, request, { consistent: true });
  const mayHaveKeyItem = config.strategy === "separate-item" || mayHaveMoved(request, item);
  return { item, keyItem: mayHaveKeyItem ? await readKeyItem(request) : {}, isKeyItemKnown: true };
}

function readKeyItem({ config, id, keyAttribute }: RequestContext): Promise<Item> {
  return readItem(config, { id, sortKey: keyAttribute }, { consistent: true });
}

function write(request: RequestContext, action: Write): Promise<WriteOutcome> {
  if (action.type === "transaction") return transactionalWrite(request, action);
  return conditionalUpdate(request, action, { returnItem: startsCompaction(request.keyAttribute) });
}

/** Remembers what a write has shown of its item. */
function remember(request: RequestContext, action: Write, item: Item): void {
  const { config, id, effect, keyAttribute, hold } = request;
  if (action.type === "transaction") return cacheItem(request, action.change, item);
  // A foreign item may hold a fraction, which no condition can see: the new value has it then, unless it was set.
  valueOf(item, config, id, request.valueAttribute);
  if (action.change.kind === "net" && effect.kind === "set") {
    const { fingerprint, expiresAt } = readRecord(item[keyAttribute]) ?? {};
    if (fingerprint !== request.fingerprint || expiresAt !== request.expiresAt)
      throw setOverFraction(request);
  }
  if (action.keyItem !== undefined || hasHolds(action.item) || hold !== undefined)
    cacheFence(request, { ...action.item, ...item }, action.keyItem === undefined);
}

function resultOf(request: RequestContext, before: number): RequestResult {
  const { config, id, commands, limits, hold } = request;
  const applied = { ...applyBatch(before, commands, limits, id), replayed: false };
  if (config.remembersValues) config.cache.values.set(valueName(request), applied.value);
  const result = withWindow(applied, request.window, limits);
  if (hold === undefined) return result;
  return { ...result, placed: { holdId: request.idempotencyKey, expiresAt: hold.expiresAt } };
}

/** The next transaction starts from the value and the fence that this one has written. */
function cacheItem(request: RequestContext, change: Replacement | Refusal, item: Item): void {
  const value = numberValue(change.kind === "refuse" ? change.before : change.after);
  const fence = item[attributes.fence];
  if (fence === undefined || (change.kind === "refuse" && change.mayCreate)) return;
  request.config.cache.fencedItems.set(itemName(request), {
    [attributes.fence]: fence,
    [request.valueAttribute]: value,
    ...request.config.holds?.remembered(item, false),
  });
}
