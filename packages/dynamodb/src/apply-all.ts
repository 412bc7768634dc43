import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import {
  applyAllRequestParser,
  type ApplyAllRequest,
  CounterError,
  isCounterError,
  parseInput,
  type ApplyAllResult,
  type CallOptions,
} from "@durable-counter/core";
import { parseAlongside, type RefusingWrite } from "./alongside.ts";
import { addInFlight } from "./apply-request.ts";
import { backOff, MAX_BUSY, MAX_OVERTAKEN } from "./back-off.ts";
import type { DynamoDBCapability } from "./capabilities.ts";
import { compact } from "./compaction.ts";
import { conditionalUpdate } from "./conditional-update.ts";
import { readItem } from "./read-item.ts";
import { createEntryContexts, type EntryContexts } from "./entry-contexts.ts";
import { entryResults, readEntries } from "./entry-results.ts";
import { settleEach } from "./settle-each.ts";
import { stepOf, type RefusalStep } from "./entry-step.ts";
import { itemFull, notApplied, ofSeveral, outcomeUnknown, overtaken } from "./request-errors.ts";
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
import { replaceKnownValue, writeTogether, type TogetherOutcome } from "./write-together.ts";
import { quoted } from "./named.ts";

/** Options of {@link ApplyAllMethods.applyAll}. */
export interface ApplyAllOptions extends CallOptions {
  /**
   * Writes of your own in the same transaction, such as an order, an outbox entry or an audit entry: up to 100 together with
   * the entries, each to another item, and none to a counter's item. They are written exactly when the counters are. If the
   * condition of one fails, the whole request is refused with `limit-exceeded`: `details.alongside` is its index, and
   * `details.item` the item as it was, if the write has `ReturnValuesOnConditionCheckFailure: "ALL_OLD"`.
   *
   * They do not belong to what the idempotency key names: a retry may pass others, and they are not written.
   */
  readonly alongside?: readonly TransactWriteItem[] | undefined;
}

/** What {@link applyAll} adds to a store. */
export interface ApplyAllMethods {
  /**
   * Applies one batch to each of up to 100 counters, all or nothing, exactly once per idempotency key, in one transaction.
   *
   * @throws CounterError as `apply`; `invalid-input` also for a store with shards; `limit-exceeded` has in its `details` the
   *   `entry` and its `id`, or the index in `alongside`; `misconfigured` also on an engine without transactions
   * @example
   * ```ts
   * const audit = { TableName: "audit", Item: { id: { S: "order-81" }, credits: { N: "30" } } };
   * const entries = [{ id: "credits-alice", commands: [decrement(30)], limits: { min: 0 } }];
   * await store.applyAll({ entries, idempotencyKey: "order-81" }, { alongside: [{ Put: audit }] });
   * ```
   */
  applyAll(request: ApplyAllRequest, options?: ApplyAllOptions): Promise<ApplyAllResult>;
}

/**
 * The capability to change several counters, and items of your own, in one atomic write: `applyAll`, and `transfer` with it.
 *
 * @example
 * ```ts
 * const store = createDynamoDBCounterStore({ client, tableName: "counters", capabilities: [applyAll] });
 * await transfer(store, { from: "alice", to: "bob", amount: 30, idempotencyKey: "payment-81", limits: { min: 0 } });
 * ```
 */
export const applyAll: DynamoDBCapability<ApplyAllMethods> = {
  name: "applyAll",
  methods: ({ config, call }) => ({
    applyAll: async (input, { alongside: writes, ...callOptions } = {}) => {
      const request = parseInput(applyAllRequestParser, input, "request");
      checkUnsharded(config, request);
      const alongside = parseAlongside(config, request.entries.length, writes);
      return call(callOptions, (config) => applyToAll(config, request, alongside));
    },
  }),
};

/** @throws CounterError `invalid-input` if the counters of the store are spread over shards */
function checkUnsharded({ shards }: Pick<CallConfig, "shards">, { entries }: ApplyAllRequest): void {
  if (shards === undefined) return;
  throw new CounterError(
    "invalid-input",
    `request.entries has ${quoted(entries[0]?.id)}, which this store spreads over ${shards} shards, and no shard knows the whole; change counters together by a store without shards.`,
  );
}

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
async function applyToAll(
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
    if (!mayBeInFlight(first) && !isCounterError(error, "outcome-unknown")) {
      const windowed = requests.find(({ window }) => window !== undefined);
      throw ofSeveral(requests, isWrite && windowed ? notApplied(windowed, error) : error);
    }
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
      const settled = await settleEach(requests, (_, index) => stateAt(states, index).item);
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
