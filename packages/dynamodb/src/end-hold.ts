import { inWindow, isCounterError, type EndHoldRequest, type HoldEndResult } from "@durable-counter/core";
import type { Attempts } from "./attempt-tracking.ts";
import { mayHaveBeenApplied, translateError } from "./aws-errors.ts";
import { backOff, MAX_BUSY, MAX_OVERTAKEN } from "./back-off.ts";
import { cacheFence } from "./cached-fence.ts";
import { isContended } from "./contended-request.ts";
import { readItem } from "./read-item.ts";
import { endUnknown, notEnded } from "./request-errors.ts";
import { writeEnd } from "./hold-end-write.ts";
import {
  forgetHold,
  inlineItemOf,
  isProbablyMoved,
  keyItemOf,
  knownHold,
  type KnownHold,
} from "./hold-memory.ts";
import { readSettledItem, settle } from "./settle-expired-holds.ts";
import {
  firstHoldAction,
  nextHoldAction,
  type HoldAction,
  type HoldContext,
  type HoldState,
} from "./next-hold-action.ts";
import { readTogether } from "./transactional-read.ts";
import { itemName, namesOf, valueName } from "./request-context.ts";
import type { CallConfig } from "./store-options.ts";
import { numberValue, valueAttributeOf } from "./item-schema.ts";
import { hasMovedHolds } from "./write-fence.ts";

/**
 * Commits or releases a hold exactly once: by one conditional write, and no read, unless the condition fails. The hold's own
 * record says how it ended, so a late copy of the write changes nothing.
 *
 * @throws CounterError `invalid-input`, `limit-exceeded`, `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function endHoldInTable(config: CallConfig, request: EndHoldRequest): Promise<HoldEndResult> {
  const { now, retentionSeconds } = config;
  const { window = config.window } = request;
  const startedAt = now();
  const attempts: Attempts = { list: [], mayAttempt: () => now() < startedAt + retentionSeconds * 1_000 };
  const context: HoldContext = {
    request,
    table: config,
    ...namesOf(request.holdId, window, undefined),
    period: window?.at(startedAt),
    startedAt,
    forgetAt: Math.floor(startedAt / 1_000) + retentionSeconds,
  };
  try {
    const { startsAt, ...result } = await run(config, context, attempts);
    return window === undefined || startsAt === undefined ? result : inWindow(result, window.at(startsAt));
  } catch (cause) {
    const { tableName } = config;
    const { id: counterId, holdId: idempotencyKey } = request;
    const error = translateError(cause, { tableName, counterId, idempotencyKey, wrote: true, attempts });
    // An attempt that was never answered may still end the hold, unless it has ended.
    const isFinal = isCounterError(error, "invalid-input") && error.details["hold"] !== "unknown";
    if (isFinal || !attempts.list.some(mayHaveBeenApplied)) throw error;
    throw endUnknown(config, request, error);
  }
}

interface Ended extends HoldEndResult {
  /** When the window of the hold starts. */
  readonly startsAt: number | undefined;
}

/** Carries out one action after the other until the request is answered. */
async function run(config: CallConfig, context: HoldContext, attempts: Attempts): Promise<Ended> {
  const { request, startedAt, sortKey, keyAttribute } = context;
  const { cache } = config;
  const { id } = request;
  const key = { id, sortKey };
  const ofKey = { id, sortKey: keyAttribute };
  const name = { ...key, keyAttribute };
  let known = knownHold(cache, name);
  let action = firstAction(config, context, known);
  const next = (state: HoldState) => {
    cacheFence({ ...key, config }, state.item);
    return nextHoldAction(context, state);
  };
  for (let [failed, busy] = [0, 0]; ;) {
    if (action.type === "answer") {
      forgetHold(cache, name, action.isMoved);
      return { ...action.result, startsAt: action.startsAt };
    }
    if (action.type === "read") {
      const itemOf = await readTogether(config, [key, ofKey]);
      action = next({ item: itemOf(key), keyItem: itemOf(ofKey) });
      continue;
    }
    if (action.type === "read-key-item") {
      const { item } = action.state;
      action = next(
        known === undefined
          ? { item, keyItem: await readItem(config, ofKey, { consistent: true }), isSplit: true }
          : { item, keyItem: keyItemOf(known, item), isGuess: true },
      );
      known = undefined;
      continue;
    }
    if (action.type === "settle") {
      if (++failed > MAX_OVERTAKEN) throw notEnded(config, request);
      await settle(config, key, action.state.item, startedAt);
      action = next({ item: await readSettledItem(config, key, startedAt) });
      continue;
    }
    const outcome = await writeEnd(config, context, action, attempts);
    if ("result" in outcome) {
      const valueAttribute = valueAttributeOf(action);
      cache.values.set(valueName({ ...key, valueAttribute }), outcome.result.value);
      forgetHold(cache, name, action.hold.type === "moved");
      return { ...outcome.result, startsAt: action.startsAt };
    }
    if ("state" in outcome) {
      if (++failed > MAX_OVERTAKEN) throw notEnded(config, request);
      if (failed > 1) await backOff(failed - 1, config);
      if (action.hold.type === "moved") known = undefined;
      action = next(outcome.state);
    } else {
      if (++busy > (outcome.isConflict ? MAX_OVERTAKEN : MAX_BUSY)) throw outcome.error;
      await backOff(busy, config);
    }
  }
}

/** Whether an update that knows nothing of a hold would not end it: it ends all of a hold, of the current window. */
function isUnlikely({ request, period }: HoldContext, { amount, startsAt }: KnownHold): boolean {
  return (
    (request.type === "commit" && (request.amount ?? amount) !== amount) || startsAt !== period?.startsAt
  );
}

/**
 * The first action of a request. An update ends most holds in the counter's item, though it knows nothing of them. A hold that is
 * known to be in an item of its own is ended by a transaction, if the value is known, too.
 */
function firstAction(config: CallConfig, context: HoldContext, known: KnownHold | undefined): HoldAction {
  const { request, sortKey, keyAttribute, startedAt } = context;
  const { cache } = config;
  const name = { id: request.id, sortKey, keyAttribute };
  const item = cache.fencedItems.get(itemName(name));
  const isMoved = known === undefined ? isProbablyMoved(cache, name) : known.isMoved;
  if (known !== undefined && !isMoved && isUnlikely(context, known)) {
    const action = nextHoldAction(context, { item: inlineItemOf(known), isGuess: true });
    if (action.type === "write") return action;
  }
  if (item === undefined || !hasMovedHolds(item) || !isMoved) return firstHoldAction(context);
  if (known === undefined || isContended({ ...name, startedAt, config })) return { type: "read" };
  const valueAttribute = valueAttributeOf(known);
  const value = cache.values.get(valueName({ ...name, valueAttribute }));
  if (value === undefined) return { type: "read" };
  const guess = { ...item, [valueAttribute]: numberValue(value) };
  return nextHoldAction(context, { item: guess, keyItem: keyItemOf(known, item), isGuess: true });
}
