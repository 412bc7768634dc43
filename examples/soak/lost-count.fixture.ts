// A faulty handler, which the soak must detect: one count in ten is answered, but not written.
import { applyBatch, type CounterStore } from "@durable-counter/core";
import { createCounterHandler } from "@durable-counter/durable";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";
import { client, tableName } from "../dynamodb-client.ts";

const LOST = 0.1;

const store = createDynamoDBCounterStore({ client, tableName });
const forgetful: CounterStore = {
  ...store,
  apply: async (request) => {
    if (Math.random() >= LOST) return store.apply(request);
    const value = await store.get(request.id, { consistent: true });
    return { ...applyBatch(value, request.commands, request.limits), replayed: false };
  },
};

export const handler = createCounterHandler({ store: forgetful, limits: { min: 0 } });
