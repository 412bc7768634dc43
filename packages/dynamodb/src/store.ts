import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import {
  ApplyAllRequest,
  applyBatch,
  ApplyRequest,
  CommitRequest,
  CounterError,
  CounterId,
  CounterIds,
  CounterWindow,
  decrement,
  HoldRequest,
  inWindow,
  parseInput,
  type ApplyAllResult,
  ReleaseRequest,
  type ApplyResult,
  type CallOptions,
  type StoreWithHolds,
  type HoldResult,
} from "@durable-counter/core";
import { parseAlongside } from "./alongside.ts";
import { applyAll } from "./apply-all.ts";
import { applyRequest } from "./apply-request.ts";
import { deleteCounter } from "./delete-counter.ts";
import { getMany } from "./get-many.ts";
import { endHoldInTable } from "./end-hold.ts";
import { listCounters, readCounter } from "./read-counters.ts";
import {
  checkUnlimited,
  parseStoreOptions,
  type CallConfig,
  type DynamoDBCounterStoreOptions,
  type StoreConfig,
} from "./store-options.ts";
import { sumOfHolds } from "./sum-of-holds.ts";
import { withTimeLimit } from "./time-limit.ts";

/** Options of {@link DynamoDBCounterStore.applyAll}. */
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

/** What {@link createDynamoDBCounterStore} returns. */
export interface DynamoDBCounterStore extends StoreWithHolds {
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
 * Counters in DynamoDB: one conditional UpdateItem per batch, or one transaction if keys have items of their own, whatever
 * the batch's length, exactly once per idempotency key. `limits` and `initial` apply to requests that bring none.
 *
 * @throws CounterError `invalid-input` for options that are not valid
 */
export function createDynamoDBCounterStore(options: DynamoDBCounterStoreOptions): DynamoDBCounterStore {
  const config = parseStoreOptions(options);
  const parseId = (id: string) => parseInput(CounterId, id, "id");
  const call = <T>({ signal }: CallOptions, run: (config: CallConfig) => Promise<T>) =>
    withTimeLimit({ timeoutMs: config.timeoutMs, signal }, (ending) => run({ ...config, signal: ending }));
  return {
    supportsWindows: config.shards === undefined,
    apply: async (input, callOptions = {}) => {
      const request = parseInput(ApplyRequest, input, "request");
      return call(callOptions, (config) => apply(config, request));
    },
    get: async (input, { consistent = false, ...options } = {}) => {
      const id = parseId(input);
      const reading = { consistent, window: windowOf(config, options), now: config.now() };
      return call(options, async (config) => (await readCounter(config, id, reading)) ?? config.initial);
    },
    getMany: async (input, { consistent = false, ...options } = {}) => {
      const ids = parseInput(CounterIds, input, "ids");
      const window = windowOf(config, options);
      return call(options, (config) => getMany(config, ids, { consistent, window }));
    },
    delete: async (input, options = {}) => {
      const id = parseId(input);
      const window = windowOf(config, options);
      return call(options, (config) => deleteCounter(config, id, window));
    },
    applyAll: async (input, { alongside: writes, ...callOptions } = {}) => {
      const request = parseInput(ApplyAllRequest, input, "request");
      checkUnsharded(config, request);
      const alongside = parseAlongside(config, request.entries.length, writes);
      return call(callOptions, (config) => applyAll(config, request, alongside));
    },
    list: ({ signal } = {}) => listCounters(config, { signal }),
    hold: async (input, callOptions = {}) => {
      const request = parseInput(HoldRequest, input, "request");
      return call(callOptions, (config) => hold(config, request));
    },
    commit: async (input, callOptions = {}) => {
      const request = parseInput(CommitRequest, input, "request");
      return call(callOptions, (config) => endHoldInTable(config, { type: "commit", ...request }));
    },
    release: async (input, callOptions = {}) => {
      const request = parseInput(ReleaseRequest, input, "request");
      return call(callOptions, (config) => endHoldInTable(config, { type: "release", ...request }));
    },
    held: async (input, callOptions = {}) => {
      const id = parseId(input);
      const window = windowOf(config, callOptions);
      return call(callOptions, (config) => sumOfHolds(config, id, window));
    },
  };
}

/** @throws CounterError `invalid-input` if the counters of the store are spread over shards */
function checkUnsharded({ shards }: Pick<CallConfig, "shards">, { entries }: ApplyAllRequest): void {
  if (shards === undefined) return;
  throw new CounterError(
    "invalid-input",
    `request.entries has ${JSON.stringify(entries[0]?.id)}, which this store spreads over ${shards} shards, and no shard knows the whole; change counters together by a store without shards.`,
  );
}

/** A hold is a decrement that is never clamped, and that is recorded with what it has taken. */
async function hold(config: CallConfig, request: HoldRequest): Promise<HoldResult> {
  const { amount, expiresIn, limits = config.limits, ...rest } = request;
  if (config.shards !== undefined) {
    throw new CounterError(
      "invalid-input",
      `request.id is ${JSON.stringify(rest.id)}, a counter that is spread over ${config.shards} shards, of which none may have enough; hold on a counter of a store without "shards".`,
    );
  }
  const {
    placed,
    results: _results,
    ...result
  } = await applyRequest(config, {
    ...rest,
    commands: [decrement(amount)],
    holdFor: expiresIn,
    limits: { ...limits, onLimit: "reject" },
  });
  const { holdId = "", expiresAt = 0 } = placed ?? {}; // a request with `holdFor` has placed one
  return { holdId, ...result, expiresAt };
}

/** The window of a call: its own, or else the store's. */
function windowOf(
  config: StoreConfig,
  { window }: { readonly window?: CounterWindow | undefined },
): CounterWindow | undefined {
  if (window === undefined) return config.window;
  if (config.shards !== undefined) checkUnlimited({ window }, "options");
  return parseInput(CounterWindow, window, "options.window");
}

async function apply(config: CallConfig, request: ApplyRequest): Promise<ApplyResult> {
  const { id, commands, idempotencyKey, limits = config.limits, initial = config.initial } = request;
  const isSharded = config.shards !== undefined;
  if (isSharded) checkUnlimited(request, "request");
  const reads = commands.filter(({ type }) => type === "get").length;
  // A sharded counter has no single value that an idempotency key could record.
  if (reads === commands.length && (idempotencyKey === undefined || isSharded)) {
    const [window, now] = [request.window ?? config.window, config.now()];
    const value = (await readCounter(config, id, { consistent: true, window, now })) ?? initial;
    const result = { ...applyBatch(value, commands, limits, id), replayed: false };
    return window === undefined ? result : inWindow(result, window.at(now), limits);
  }
  const setIndex = commands.findIndex(({ type }) => type === "set");
  if (isSharded && setIndex !== -1) {
    throw new CounterError(
      "invalid-input",
      `request.commands[${setIndex}] is ${JSON.stringify(commands[setIndex])}, and counter ${JSON.stringify(id)} is spread over ${config.shards} shards, none of which has the whole value; increment or decrement by the difference.`,
    );
  }
  if (isSharded && reads > 0) {
    throw new CounterError(
      "invalid-input",
      `request.commands has a "get" among writes, and counter ${JSON.stringify(id)} is spread over ${config.shards} shards; ask for the value by itself.`,
    );
  }
  return applyRequest(config, request);
}
