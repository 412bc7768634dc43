// Every call of a durable store is one step, and its request counts once in DynamoDB, wherever the process dies.
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { decrement, increment, isCounterError, type CounterStore } from "@durable-counter/core";
import { durableStore } from "@durable-counter/durable";
import { createDynamoDBCounterStore, ensureCounterTable, getMany } from "@durable-counter/dynamodb";
import { crashable, exploreCrashes } from "@durable-counter/testing";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";

const tableName = "counters";

async function createStore(): Promise<CounterStore> {
  const db = createSimulatedDynamoDB({ seed: 1, latencyMs: { min: 0, max: 0 } });
  const client = db.client();
  await ensureCounterTable(client, tableName);
  const { now, sleep } = db.clock;
  const random = () => db.random();
  return createDynamoDBCounterStore({ client, tableName, capabilities: [getMany], now, sleep, random });
}

let store = await createStore();
const current: CounterStore = {
  apply: (request, options) => store.apply(request, options),
  get: (id, options) => store.get(id, options),
  delete: (id, options) => store.delete(id, options),
  list: (options) => store.list(options),
  getMany: async (ids, options) => (await store.getMany?.(ids, options)) ?? new Map<string, number>(),
};

/** Moves stock from one place to another, and says what is left. */
const handler = withDurableExecution(async ({ amount }: { readonly amount: number }, context) => {
  const places = durableStore(context, crashable(current, "store"));
  try {
    await places.apply({ id: "north", commands: [decrement(amount)], limits: { min: 0 }, initial: 10 });
  } catch (error) {
    if (isCounterError(error, "limit-exceeded")) return "sold out";
    throw error;
  }
  await places.apply({ id: "south", commands: [increment(amount)] });
  return Array.from((await places.getMany?.(["south", "north"], { consistent: true })) ?? []);
});

describe("a durable store on DynamoDB, wherever the process dies", () => {
  test.each([
    {
      amount: 4,
      crashes: 1,
      result: [
        ["south", 4],
        ["north", 6],
      ],
      values: [6, 4],
    },
    { amount: 11, crashes: 2, result: "sold out", values: [0, 0] },
  ] as const)("counts each call once: $crashes crashes while it moves $amount", async (expected) => {
    const { failures, unreached } = await exploreCrashes(handler, {
      payload: { amount: expected.amount },
      crashes: expected.crashes,
      beforeEach: async () => {
        store = await createStore();
      },
      check: async ({ result }) => {
        expect(result).toEqual(expected.result);
        const values = await store.getMany?.(["north", "south"], { consistent: true });
        expect(Array.from(values?.values() ?? [])).toEqual(expected.values);
      },
    });
    expect(failures.map(({ message }) => message)).toEqual([]);
    expect(unreached).toBe(0);
  });
});
