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
  dedupe: NonNullable<DynamoDBCounterStoreOptions["dedupe"]>,
): void {
  counterStoreContract({ describe, test, expect }, async (options = {}) => {
    const tableName = `counters-${++tables}`;
    await ensureCounterTable(client, tableName);
    return createDynamoDBCounterStore({ client, tableName, dedupe, ...options });
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
 * A caller that asks again with the same token, as errors tell it to. What it asks first is what counts: where a reply
 * was lost, the store cannot tell its own attempt from an earlier request.
 */
function patient(store: CounterStore): CounterStore {
  const asked = new Map<string, Set<string | undefined>>();
  const again = async <T>(ask: (token?: string) => Promise<T>): Promise<T> => {
    let token: string | undefined;
    for (;;) {
      try {
        return await ask(token);
      } catch (error) {
        if (!isCounterError(error) || !error.retryable) throw error;
        token ??= error.details["token"] as string | undefined; // what an unknown outcome tells to ask with
      }
    }
  };
  return {
    apply: async (request) => {
      // Not even an object, where a law is about bad input.
      const { id = "", token } = (request ?? {}) as Partial<typeof request>;
      const tokens = asked.get(id) ?? new Set();
      const replayed = token !== undefined && tokens.has(token);
      asked.set(id, tokens.add(token));
      try {
        const ask = (known?: string) =>
          store.apply(known === undefined ? request : { ...request, token: known });
        return { ...(await again(ask)), replayed };
      } catch (error) {
        if (!replayed) tokens.delete(token);
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
  const strategies = hasTransactions(engine) ? (["inline", "marker"] as const) : (["inline"] as const);
  describe.each(strategies)("with tokens %s", (strategy) => {
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
      return patient(createDynamoDBCounterStore({ client, tableName, dedupe: { strategy }, ...options }));
    });
  });
});

describe.each(engines)("the store on $engine", (engine) => {
  describe("with tokens in the counter's item", () => {
    contract(engine, { strategy: "inline" });
  });
  if (!hasTransactions(engine)) return;
  describe("with a marker for each token", () => {
    contract(engine, { strategy: "marker" });
  });
  describe("with tokens wherever is cheaper", () => {
    contract(engine, { strategy: "auto" });
  });
});
