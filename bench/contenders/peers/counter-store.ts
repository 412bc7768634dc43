import { increment } from "@durable-counter/core";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import type { Peer } from "./peer.ts";

const TABLE = "counters";

/** The store of this repository, with default options. */
export const counterStore: Peer = {
  answers: "before, after",
  prepare: (client) => ensureCounterTable(client, TABLE),
  connect: (client) => {
    const store = createDynamoDBCounterStore({ client, tableName: TABLE });
    return {
      count: (id, amount, idempotencyKey) =>
        store.apply({ id, commands: [increment(amount)], idempotencyKey }),
      value: (id) => store.get(id, { consistent: true }),
    };
  },
};
