import { increment } from "@durable-counter/core";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";
import type { StatelessSubject } from "./subject.ts";

export const COUNTER_TABLE = "counters";

/** The store of this repository, in a stateless function. */
export const counterStore: StatelessSubject = {
  kind: "stateless",
  connect: ({ client, world }) => {
    const store = createDynamoDBCounterStore({ client, tableName: COUNTER_TABLE, ...world });
    return ({ id, amount, idempotencyKey }) =>
      store.apply({ id, commands: [increment(amount)], idempotencyKey });
  },
};
