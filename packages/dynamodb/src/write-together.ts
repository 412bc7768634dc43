import type { CancellationReason, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { applyBatch } from "@durable-counter/core";
import { invalidAlongside, refusingWrite, type RefusingWrite } from "./alongside.ts";
import { endUntracked, TrackedTransactWriteItems } from "./attempt-tracking.ts";
import { hasConditionFailed, isBusy, isConflict, reasonsOf } from "./aws-errors.ts";
import { stateAfterFailure, updateInput } from "./conditional-update.ts";
import { readItem, valueOf } from "./read-item.ts";
import type { EntryContexts } from "./entry-contexts.ts";
import type { CounterState } from "./counter-state.ts";
import type { ConditionalUpdate } from "./next-action.ts";
import { readTogether } from "./transactional-read.ts";
import { stateAt, type CounterStates } from "./recorded-results.ts";
import { itemName, valueName, type RequestContext } from "./request-context.ts";
import { send } from "./send.ts";
import { reasonUnknown } from "./write-outcome.ts";

/** What became of a transaction that DynamoDB answered. */
export type TogetherOutcome =
  | { readonly type: "applied" }
  /** Conditions failed: `states` has what is known now, and `refusedBy` the write of the caller's own that failed first. */
  | {
      readonly type: "condition-failed";
      readonly states: CounterStates;
      readonly refusedBy?: RefusingWrite | undefined;
    }
  /** Not applied: the item of this entry would be larger than an item may be. */
  | { readonly type: "item-full"; readonly index: number }
  /** Not applied: DynamoDB throttles, or another transaction was at work on an item, which is a conflict. */
  | { readonly type: "busy"; readonly error: unknown; readonly isConflict: boolean };

/**
 * Applies all batches in one transaction, which records the key in each counter's item, and carries out the writes of the caller's
 * own.
 *
 * @throws CounterError `invalid-input` for a write of the caller's own that DynamoDB does not take; else what the client threw,
 *   for the caller to translate
 */
export async function writeTogether(
  requests: EntryContexts,
  states: CounterStates,
  updates: readonly ConditionalUpdate[],
  alongside: readonly TransactWriteItem[],
): Promise<TogetherOutcome> {
  const [{ config, attempts }] = requests;
  const own = updates.flatMap((update, index) => {
    const request = requests[index];
    return request === undefined ? [] : [{ Update: updateInput(request, update) }];
  });
  const input = { TransactItems: [...own, ...alongside] };
  try {
    await send(config, () => new TrackedTransactWriteItems(input, attempts));
    return { type: "applied" };
  } catch (error) {
    const reasons = reasonsOf(error);
    if (reasons.some(hasConditionFailed)) {
      const refusedBy = refusingWrite(reasons.slice(requests.length));
      const seen = await statesAfter(requests, states, updates, reasons);
      // That a write of the caller's own was refused says nothing about the counters: what was known of them may have changed.
      const isFirstSeen = refusedBy === undefined || hasConditionFailed(reasons[0]);
      const after = isFirstSeen ? seen : seen.with(0, { ...stateAt(seen, 0), isGuess: true });
      return { type: "condition-failed", states: after, refusedBy };
    }
    endUntracked(attempts, error);
    const full = reasons.findIndex(({ Message }) => /item size/iu.test(Message ?? ""));
    if (full !== -1 && full < requests.length) return { type: "item-full", index: full };
    if (isBusy(error)) return { type: "busy", error, isConflict: isConflict(error) };
    const invalid = invalidAlongside(error, reasons.slice(requests.length), alongside);
    // The fault may be the table's, which this read says then.
    if (invalid !== undefined && reasons.length === 0)
      await readItem(config, requests[0], { consistent: false });
    throw invalid ?? error;
  }
}

/** What is known after conditions failed. Of the other entries, that says nothing. */
async function statesAfter(
  requests: EntryContexts,
  states: CounterStates,
  updates: readonly ConditionalUpdate[],
  reasons: readonly CancellationReason[],
): Promise<CounterStates> {
  const unseen = requests.filter(
    (_, index) => hasConditionFailed(reasons[index]) && reasons[index]?.Item === undefined,
  );
  const itemOf = await readTogether(requests[0].config, unseen).catch((cause: unknown) => {
    throw reasonUnknown(requests[0], cause);
  });
  return requests.map((request, index) => {
    const update = updates[index];
    if (!hasConditionFailed(reasons[index]) || update === undefined) return stateAt(states, index);
    const item = reasons[index]?.Item ?? itemOf(request);
    const { kind, mayCreate } = update.change;
    if (kind === "replace" && mayCreate && item[request.valueAttribute] !== undefined)
      request.config.cache.assumesNew = false;
    return stateAfterFailure(request, update, item);
  });
}

/**
 * Lets an addition replace the value that the counter is known or assumed to have: its result needs no read then. Where that is
 * not the value, the condition fails and returns it.
 */
export function replaceKnownValue(
  request: RequestContext,
  state: CounterState,
  update: ConditionalUpdate,
): ConditionalUpdate {
  if (update.change.kind !== "net") return update;
  const { config, id, commands, limits, initial } = request;
  const isGuess = state.isGuess === true;
  const value = isGuess ? assumedValue(request) : valueOf(state.item, config, id, request.valueAttribute);
  const mayBeNew = update.change.mayCreate && (!isGuess || config.cache.assumesNew);
  if (value === undefined && !mayBeNew) return update;
  const before = value ?? initial;
  try {
    const { value: after } = applyBatch(before, commands, limits, id);
    const clampedTo = limits?.onLimit === "clamp" ? limits : undefined;
    const change = {
      kind: "replace",
      before,
      after,
      mayCreate: value === undefined,
      limits: clampedTo,
    } as const;
    return { ...update, change };
  } catch {
    return update; // What is assumed may be wrong: the condition of the addition decides.
  }
}

function assumedValue(request: RequestContext): number | undefined {
  const { fencedItems, values } = request.config.cache;
  const fenced = fencedItems.get(itemName(request))?.[request.valueAttribute]?.N;
  return values.get(valueName(request)) ?? (fenced === undefined ? undefined : Number(fenced));
}
