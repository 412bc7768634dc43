// A faulty handler, which the soak must detect: the store is not told the idempotency keys, so a step that runs again counts again.
import type { CounterStore } from "@durable-counter/core";
import { createCounterHandler } from "@durable-counter/durable";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";
import { client, tableName } from "../dynamodb-client.ts";

const store = createDynamoDBCounterStore({ client, tableName });
const withoutKeys: CounterStore = {
  ...store,
  apply: ({ idempotencyKey: _idempotencyKey, callerId: _callerId, ...request }) => store.apply(request),
};

export const handler = createCounterHandler({ store: withoutKeys, limits: { min: 0 } });
