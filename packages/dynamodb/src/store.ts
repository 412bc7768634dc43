import {
  applyBatch,
  ApplyRequest,
  CounterError,
  CounterId,
  parseInput,
  type CounterStore,
} from "@durable-counter/core";
import { randomUUID } from "node:crypto";
import { countOnce } from "./apply-request.ts";
import { deleteCounter } from "./delete-counter.ts";
import { listCounters } from "./list-counters.ts";
import { readCounter } from "./read-counter.ts";
import { createStoreMemory } from "./cache.ts";
import { checkUnlimited, parseStoreOptions, type DynamoDBCounterStoreOptions } from "./store-options.ts";
import { shardPart, VALUE_PART } from "./table.ts";
import { shardOf } from "./idempotency-record.ts";

/**
 * Counters in DynamoDB: one conditional UpdateItem per batch, or one transaction where keys live in markers, whatever
 * its length, exactly once per idempotency key. Limits and the initial value given here hold where a request brings none.
 *
 * @throws CounterError `invalid-input` for options that cannot be
 */
export function createDynamoDBCounterStore(options: DynamoDBCounterStoreOptions): CounterStore {
  const { client, tableName, shards, limits, initial = 0, ...idempotency } = parseStoreOptions(options);
  const memory = createStoreMemory();
  const table = { client, tableName };
  const placeOf = (id: string) => ({ ...table, id: parseInput(CounterId, id, "id") });

  return {
    apply: async (input) => {
      const request = parseInput(ApplyRequest, input, "request");
      const { id, commands, issuedAt, callerId } = request;
      if (shards !== undefined) checkUnlimited(request, "request");
      const reads = commands.filter(({ type }) => type === "get").length;
      const own = { limits: request.limits ?? limits, initial: request.initial ?? initial };
      // A sharded counter has no value that an idempotency key could remember.
      if (reads === commands.length && (request.idempotencyKey === undefined || shards !== undefined)) {
        const value = (await readCounter({ ...table, id }, shards, { consistent: true })) ?? own.initial;
        return { ...applyBatch(value, commands, own.limits, id), replayed: false };
      }
      if (reads > 0 && shards !== undefined) throw cannotReadAmongWrites(id, shards);
      const isGeneratedKey = request.idempotencyKey === undefined;
      const idempotencyKey = request.idempotencyKey ?? randomUUID();
      const part = shards === undefined ? VALUE_PART : shardPart(shards, shardOf(idempotencyKey, shards));
      const key = { ...table, id, part };
      const asked = { commands, idempotencyKey, isGeneratedKey, issuedAt, callerId, ...own };
      return countOnce(key, { ...asked, ...idempotency, shards, memory });
    },

    get: async (id, { consistent = false } = {}) =>
      (await readCounter(placeOf(id), shards, { consistent })) ?? initial,

    delete: async (id) => deleteCounter(placeOf(id)),

    list: () => listCounters(table),
  };
}

function cannotReadAmongWrites(id: string, shards: number): CounterError {
  return new CounterError(
    "invalid-input",
    `request.commands has a "get" among writes, and counter ${JSON.stringify(id)} is spread over ${shards} shards; ask for the value by itself.`,
  );
}
