import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { isCounterError, type ApplyAllRequest, type ApplyAllResult } from "@durable-counter/core";
import { addInFlight, MAX_BUSY, MAX_OVERTAKEN } from "./apply-request.ts";
import { backOff } from "./back-off.ts";
import { compact } from "./compaction.ts";
import { conditionalUpdate } from "./conditional-update.ts";
import { readItem } from "./counter-item.ts";
import { createEntryContexts, type EntryContexts } from "./entry-contexts.ts";
import { entryResults, readEntries } from "./entry-results.ts";
import { settleEach } from "./hold-settlement.ts";
import { stepOf, type RefusalStep } from "./entry-step.ts";
import { itemFull, ofSeveral, outcomeUnknown, overtaken } from "./error-messages.ts";
import { firstAction, nextAction, type Action, type ConditionalUpdate } from "./next-action.ts";
import {
  findRecordedResults,
  readKeyItems,
  readStates,
  refusalOf,
  stateAt,
  type CounterStates,
} from "./recorded-results.ts";
import { inFlightName, itemName, mayBeInFlight } from "./request-context.ts";
import type { CallConfig } from "./store-options.ts";
import { isFenced } from "./write-fence.ts";
import { translateWriteError } from "./write-outcome.ts";
import {
  replaceKnownValue,
  writeTogether,
  type RefusingWrite,
  type TogetherOutcome,
} from "./write-together.ts";

/** How often values are assumed. After that, the batches are added to whatever values are there, and the results are read. */
const MAX_ASSUMED = 2;

/**
 * Applies batches to several counters exactly once, all or nothing: by one transaction. It records the key in the item of each
 * counter, where plain writes to that counter meet it. Transactions return no values: the results follow from the values that
 * the counters are known or assumed to have, or else from the records, which are then read.
 *
 * @throws CounterError `invalid-input`, `limit-exceeded`, `idempotency-key-reused`, `idempotency-key-expired`, `throttled`,
 *   `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function applyAll(
  config: CallConfig,
  request: ApplyAllRequest,
  alongside: readonly TransactWriteItem[],
): Promise<ApplyAllResult> {
  const requests = createEntryContexts(config, request);
  const [first] = requests;
  const onlyReads = request.entries.every(({ commands }) => commands.every(({ type }) => type === "get"));
  const isWrite = !onlyReads || !first.isGeneratedKey || alongside.length > 0;
  try {
    if (!isWrite) return { results: await readEntries(requests), replayed: false };
    const result = await run(requests, alongside);
    if (first.wasInFlight) for (const each of requests) config.cache.inFlight.delete(inFlightName(each));
    return result;
  } catch (cause) {
    const error = translateWriteError(first, cause);
    if (isCounterError(error, "limit-exceeded") || isCounterError(error, "idempotency-key-reused"))
      throw error;
    if (!mayBeInFlight(first) && !isCounterError(error, "outcome-unknown")) throw ofSeveral(requests, error);
    const [earliest = first] = requests
      .map((each) => addInFlight(each))
      .toSorted((one, other) => one.issuedAt - other.issuedAt);
    throw ofSeveral(requests, outcomeUnknown(earliest, error));
  }
}

/** Carries out one step after the other until the request is answered. */
async function run(
  requests: EntryContexts,
  alongside: readonly TransactWriteItem[],
): Promise<ApplyAllResult> {
  const [{ config, isGeneratedKey }] = requests;
  let states = firstStates(requests);
  let actions: readonly Action[] = requests.map((each, index) =>
    firstAction(each, stateAt(states, index).item),
  );
  let refusedBy: RefusingWrite | undefined;
  for (let [failed, busy] = [0, 0]; ;) {
    const step = stepOf(requests, states, actions, refusedBy);
    if (step.type === "settle") {
      const settled = await settleEach(requests, (index) => stateAt(states, index).item);
      if (settled.overtaken > 0) {
        if (++failed > MAX_OVERTAKEN) throw overtaken(requests[0], MAX_OVERTAKEN);
        await backOff(failed, config);
      }
      states = await readStates(requests, states, step.indices);
    } else if (step.type !== "refuse" && step.type !== "write") {
      const read = step.type === "read" ? readStates : readKeyItems;
      states = await read(requests, states, step.indices);
    } else {
      const updates = step.type === "write" ? sharpen(requests, states, step.updates, failed) : [];
      const outcome =
        step.type === "refuse"
          ? await recordRefusal(requests, states, step)
          : await writeTogether(requests, states, updates, alongside);
      switch (outcome.type) {
        case "applied":
          return { results: await entryResults(requests, updates), replayed: false };
        case "condition-failed":
          ({ states, refusedBy } = outcome);
          if (++failed > MAX_OVERTAKEN) throw overtaken(requests[0], MAX_OVERTAKEN);
          if (failed > 1) await backOff(failed - 1, config);
          break;
        case "busy":
          if (++busy > (outcome.isConflict ? MAX_OVERTAKEN : MAX_BUSY)) throw outcome.error;
          await backOff(busy, config);
          break;
        case "item-full": {
          const request = requests[outcome.index] ?? requests[0];
          const item = await readItem(config, request, { consistent: true });
          if (++failed > MAX_OVERTAKEN || !(await compact(request, item))) throw itemFull(request);
        }
      }
    }
    const recorded = await findRecordedResults(requests, states);
    if (recorded !== undefined) return { results: recorded, replayed: !isGeneratedKey };
    actions = requests.map((request, index) => {
      try {
        return nextAction(request, stateAt(states, index));
      } catch (error) {
        throw refusalOf(error, requests, index);
      }
    });
  }
}

/** Nothing was read: only a write fence may be known, from before. */
function firstStates(requests: EntryContexts): CounterStates {
  return requests.map((request) => {
    const cached = request.config.cache.fencedItems.get(itemName(request)) ?? {};
    const item = isFenced(cached, request.startedAt) ? cached : {};
    return { item, isGuess: true, keyItem: {}, isKeyItemKnown: false };
  });
}

/** @throws CounterError `limit-exceeded` when the refusal is recorded */
async function recordRefusal(
  requests: EntryContexts,
  states: CounterStates,
  { index, update }: RefusalStep,
): Promise<Exclude<TogetherOutcome, { type: "applied" }>> {
  const outcome = await conditionalUpdate(requests[index] ?? requests[0], update, { returnItem: false });
  switch (outcome.type) {
    case "applied":
      throw refusalOf(update.change.error, requests, index);
    case "condition-failed":
      return { type: "condition-failed", states: states.with(index, outcome.state) };
    case "item-full":
      return { type: "item-full", index };
    case "busy":
      return outcome;
  }
}

function sharpen(
  requests: EntryContexts,
  states: CounterStates,
  updates: readonly ConditionalUpdate[],
  failed: number,
): readonly ConditionalUpdate[] {
  if (failed >= MAX_ASSUMED) return updates;
  return requests.flatMap((request, index) => {
    const update = updates[index];
    return update === undefined ? [] : [replaceKnownValue(request, stateAt(states, index), update)];
  });
}
