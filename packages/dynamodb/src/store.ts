import {
  applyBatch,
  ApplyRequest,
  CounterError,
  CounterId,
  CounterIds,
  parseInput,
  type ApplyResult,
  type CallOptions,
  type CounterStore,
} from "@durable-counter/core";
import { applyRequest } from "./apply-request.ts";
import { deleteCounter } from "./delete-counter.ts";
import { getMany } from "./get-many.ts";
import { listCounters, readCounter } from "./read-counters.ts";
import {
  checkUnlimited,
  parseStoreOptions,
  type CallConfig,
  type DynamoDBCounterStoreOptions,
} from "./store-options.ts";
import { withTimeLimit } from "./time-limit.ts";

/**
 * Counters in DynamoDB: one conditional UpdateItem per batch, or one transaction if keys have items of their own, whatever
 * the batch's length, exactly once per idempotency key. `limits` and `initial` apply to requests that bring none.
 *
 * @throws CounterError `invalid-input` for options that are not valid
 */
export function createDynamoDBCounterStore(options: DynamoDBCounterStoreOptions): CounterStore {
  const config = parseStoreOptions(options);
  const parseId = (id: string) => parseInput(CounterId, id, "id");
  const call = <T>({ signal }: CallOptions, run: (config: CallConfig) => Promise<T>) =>
    withTimeLimit({ timeoutMs: config.timeoutMs, signal }, (ending) => run({ ...config, signal: ending }));
  return {
    apply: async (input, callOptions = {}) => {
      const request = parseInput(ApplyRequest, input, "request");
      return call(callOptions, (config) => apply(config, request));
    },
    get: async (input, { consistent = false, ...callOptions } = {}) => {
      const id = parseId(input);
      return call(
        callOptions,
        async (config) => (await readCounter(config, id, { consistent })) ?? config.initial,
      );
    },
    getMany: async (input, { consistent = false, ...callOptions } = {}) => {
      const ids = parseInput(CounterIds, input, "ids");
      return call(callOptions, (config) => getMany(config, ids, { consistent }));
    },
    delete: async (input, callOptions = {}) => {
      const id = parseId(input);
      return call(callOptions, (config) => deleteCounter(config, id));
    },
    list: ({ signal } = {}) => listCounters(config, { signal }),
  };
}

async function apply(config: CallConfig, request: ApplyRequest): Promise<ApplyResult> {
  const { id, commands, idempotencyKey, limits = config.limits, initial = config.initial } = request;
  const isSharded = config.shards !== undefined;
  if (isSharded) checkUnlimited(request, "request");
  const reads = commands.filter(({ type }) => type === "get").length;
  // A sharded counter has no single value that an idempotency key could record.
  if (reads === commands.length && (idempotencyKey === undefined || isSharded)) {
    const value = (await readCounter(config, id, { consistent: true })) ?? initial;
    return { ...applyBatch(value, commands, limits, id), replayed: false };
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
