import {
  applyBatch,
  ApplyRequest,
  CounterError,
  CounterId,
  parseInput,
  type ApplyResult,
  type CounterStore,
} from "@durable-counter/core";
import { applyRequest } from "./apply-request.ts";
import { deleteCounter } from "./delete-counter.ts";
import { listCounters, readCounter } from "./read-counters.ts";
import {
  checkUnlimited,
  parseStoreOptions,
  type DynamoDBCounterStoreOptions,
  type StoreConfig,
} from "./store-options.ts";

/**
 * Counters in DynamoDB: one conditional UpdateItem per batch, or one transaction if keys have items of their own, whatever
 * the batch's length, exactly once per idempotency key. `limits` and `initial` apply to requests that bring none.
 *
 * @throws CounterError `invalid-input` for options that are not valid
 */
export function createDynamoDBCounterStore(options: DynamoDBCounterStoreOptions): CounterStore {
  const config = parseStoreOptions(options);
  const parseId = (id: string) => parseInput(CounterId, id, "id");
  return {
    apply: async (input) => apply(config, parseInput(ApplyRequest, input, "request")),
    get: async (id, { consistent = false } = {}) =>
      (await readCounter(config, parseId(id), { consistent })) ?? config.initial,
    delete: async (id) => deleteCounter(config, parseId(id)),
    list: () => listCounters(config),
  };
}

async function apply(config: StoreConfig, request: ApplyRequest): Promise<ApplyResult> {
  const { id, commands, idempotencyKey, limits = config.limits, initial = config.initial } = request;
  const isSharded = config.shards !== undefined;
  if (isSharded) checkUnlimited(request, "request");
  const reads = commands.filter(({ type }) => type === "get").length;
  // A sharded counter has no single value that an idempotency key could record.
  if (reads === commands.length && (idempotencyKey === undefined || isSharded)) {
    const value = (await readCounter(config, id, { consistent: true })) ?? initial;
    return { ...applyBatch(value, commands, limits, id), replayed: false };
  }
  if (isSharded && reads > 0) {
    throw new CounterError(
      "invalid-input",
      `request.commands has a "get" among writes, and counter ${JSON.stringify(id)} is spread over ${config.shards} shards; ask for the value by itself.`,
    );
  }
  return applyRequest(config, request);
}
