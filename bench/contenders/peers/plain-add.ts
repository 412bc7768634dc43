import { add, prepareTable, readNumber } from "./number-table.ts";
import type { Peer } from "./peer.ts";

const TABLE = "plain-add";

/** One UpdateItem with ADD: no idempotency key, no condition. */
export const plainAdd: Peer = {
  answers: "after",
  prepare: (client) => prepareTable(client, TABLE),
  connect: (client) => ({
    count: (id, amount) => add(client, TABLE, id, amount),
    value: (id) => readNumber(client, TABLE, id),
  }),
};
