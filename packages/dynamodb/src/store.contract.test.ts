import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { isCounterError, type CounterStore } from "@durable-counter/core";
import { counterStoreContract } from "@durable-counter/testing";
import {
  localClient,
  startFaultyNetwork,
  type FaultyNetwork,
  type RunningDynamoDB,
} from "@durable-counter/testing/dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasTransactions, startEngines } from "./engines.fixture.ts";
import { createDynamoDBCounterStore, ensureCounterTable, type DynamoDBCounterStoreOptions } from "./index.ts";

const engines = await startEngines();

let tables = 0;

function contract(
  { client }: RunningDynamoDB,
  idempotency: NonNullable<DynamoDBCounterStoreOptions["idempotency"]>,
): void {
  counterStoreContract({ describe, test, expect }, async (options = {}) => {
    const tableName = `counters-${++tables}`;
    await ensureCounterTable(client, tableName);
    return createDynamoDBCounterStore({ client, tableName, idempotency, ...options });
  });
}

/** A list goes on where it was; who is interrupted starts over. */
const operations = ["UpdateItem", "TransactWriteItems", "GetItem", "DeleteItem", "Query", "BatchWriteItem"];

/** All faults but those that a client notices only by its time-out: laws are many. */
const FAULTS = {
  "reset-before": 0.03,
  "reset-after": 0.04,
  duplicate: 0.04,
  "server-error": 0.02,
  "server-error-after": 0.03,
  throttle: 0.02,
  conflict: 0.02,
  "cut-reply": 0.03,
};

/**
 * A caller that asks again with the same idempotency key, as errors tell it to. What it asks first is what counts: where a reply
 * was lost, the store cannot tell its own attempt from an earlier request.
 */
function patient(store: CounterStore): CounterStore {
  const asked = new Map<string, Set<string | undefined>>();
  const again = async <T>(ask: (idempotencyKey?: string) => Promise<T>): Promise<T> => {
    let idempotencyKey: string | undefined;
    for (;;) {
      try {
        return await ask(idempotencyKey);
      } catch (error) {
        if (!isCounterError(error) || !error.retryable) throw error;
        idempotencyKey ??= error.details["idempotencyKey"] as string | undefined; // what an unknown outcome tells to ask with
      }
    }
  };
  return {
    apply: async (request) => {
      // Not even an object, where a law is about bad input.
      const { id = "", idempotencyKey } = (request ?? {}) as Partial<typeof request>;
      const keys = asked.get(id) ?? new Set();
      const replayed = idempotencyKey !== undefined && keys.has(idempotencyKey);
      asked.set(id, keys.add(idempotencyKey));
      try {
        const ask = (known?: string) =>
          store.apply(known === undefined ? request : { ...request, idempotencyKey: known });
        return { ...(await again(ask)), replayed };
      } catch (error) {
        if (!replayed) keys.delete(idempotencyKey);
        throw error;
      }
    },
    get: (id, options) => again(() => store.get(id, options)),
    delete: (id) => {
      asked.delete(id);
      return again(() => store.delete(id));
    },
    list: () => store.list(),
  };
}

describe.each(engines)("the store on $engine, through a network that fails", (engine) => {
  const strategies = hasTransactions(engine) ? (["inline", "separate-item"] as const) : (["inline"] as const);
  describe.each(strategies)("with keys %s", (strategy) => {
    let network: FaultyNetwork;
    let client: DynamoDBClient;
    beforeAll(async () => {
      network = await startFaultyNetwork(engine.endpoint, { seed: 4, faults: FAULTS, operations });
      client = localClient(network.endpoint, { maxAttempts: 2 });
    });
    afterAll(async () => {
      client.destroy();
      await network.stop();
    });
    counterStoreContract({ describe, test, expect }, async (options = {}) => {
      const tableName = `counters-${++tables}`;
      await ensureCounterTable(engine.client, tableName);
      return patient(
        createDynamoDBCounterStore({ client, tableName, idempotency: { strategy }, ...options }),
      );
    });
  });
});

describe.each(engines)("the store on $engine", (engine) => {
  describe("with keys in the counter's item", () => {
    contract(engine, { strategy: "inline" });
  });
  if (!hasTransactions(engine)) return;
  describe("with a marker for each idempotency key", () => {
    contract(engine, { strategy: "separate-item" });
  });
  describe("with keys wherever is cheaper", () => {
    contract(engine, { strategy: "auto" });
  });
});
