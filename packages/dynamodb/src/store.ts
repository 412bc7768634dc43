import {
  applyBatch,
  ApplyRequest,
  CounterError,
  CounterId,
  parse,
  type CounterStore,
} from "@durable-counter/core";
import { randomUUID } from "node:crypto";
import { countOnce } from "./count-once.ts";
import { deleteCounter } from "./delete-counter.ts";
import { listCounters } from "./list-counters.ts";
import { readCounter } from "./read-counter.ts";
import { createStoreMemory } from "./store-memory.ts";
import { checkUnlimited, parseStoreOptions, type DynamoDBCounterStoreOptions } from "./store-options.ts";
import { shardPart, VALUE_PART } from "./table.ts";
import { shardOf } from "./token-stamp.ts";

/**
 * Counters in DynamoDB: one conditional UpdateItem per batch, or one transaction where tokens live in markers, whatever
 * its length, exactly once per token. Limits and the initial value given here hold where a request brings none.
 *
 * @throws CounterError `invalid-command` for options that cannot be
 */
export function createDynamoDBCounterStore(options: DynamoDBCounterStoreOptions): CounterStore {
  const { client, tableName, shards, limits, initial = 0, ...dedupe } = parseStoreOptions(options);
  const memory = createStoreMemory();
  const table = { client, tableName };
  const placeOf = (id: string) => ({ ...table, id: parse(CounterId, id, "id") });

  return {
    apply: async (input) => {
      const request = parse(ApplyRequest, input, "request");
      const { id, commands, issuedAt, caller } = request;
      if (shards !== undefined) checkUnlimited(request, "request");
      const reads = commands.filter(({ type }) => type === "get").length;
      const own = { limits: request.limits ?? limits, initial: request.initial ?? initial };
      // A sharded counter has no value that a token could remember.
      if (reads === commands.length && (request.token === undefined || shards !== undefined)) {
        const value = (await readCounter({ ...table, id }, shards, { consistent: true })) ?? own.initial;
        return { ...applyBatch(value, commands, own.limits, id), replayed: false };
      }
      if (reads > 0 && shards !== undefined) throw cannotReadAmongWrites(id, shards);
      const ownToken = request.token === undefined;
      const token = request.token ?? randomUUID();
      const part = shards === undefined ? VALUE_PART : shardPart(shards, shardOf(token, shards));
      const key = { ...table, id, part };
      const asked = { commands, token, ownToken, issuedAt, caller, ...own };
      return countOnce(key, { ...asked, ...dedupe, shards, memory });
    },

    get: async (id, { consistent = false } = {}) =>
      (await readCounter(placeOf(id), shards, { consistent })) ?? initial,

    delete: async (id) => deleteCounter(placeOf(id)),

    list: () => listCounters(table),
  };
}

function cannotReadAmongWrites(id: string, shards: number): CounterError {
  return new CounterError(
    "invalid-command",
    `request.commands has a "get" among writes, and counter ${JSON.stringify(id)} is spread over ${shards} shards; ask for the value by itself.`,
  );
}
