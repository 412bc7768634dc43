import { CounterError } from "@durable-counter/core";
import type { Item, Table } from "./read-item.ts";
import { named, quoted } from "./named.ts";
import { attributes } from "./item-schema.ts";

/**
 * The fence with which an item begins in a table that others use, too. It is in the past and keeps no update away, but an item
 * of theirs has none.
 */
export const OWN_ITEM = { N: "0" };

/** The condition on an item that only a counter's write may change, in a table that others use, too. */
export const OWN_OR_MISSING = "(attribute_not_exists(#id) OR attribute_exists(#fence))";

/** Whether an item that was read may be one of a counter's. Its key must have been read, too. */
export function isOwnItem(item: Item, { keys }: Pick<Table, "keys">): boolean {
  return !keys.isShared || item[keys.partition] === undefined || item[attributes.fence] !== undefined;
}

/** @throws CounterError `misconfigured` if something else than a counter is kept under the counter's key */
export function checkOwner(item: Item, table: Pick<Table, "tableName" | "keys">, id: string): void {
  if (isOwnItem(item, table)) return;
  const { partition, prefix } = table.keys;
  throw new CounterError(
    "misconfigured",
    `${named(table, id)} would be kept in the item whose ${partition} is ${quoted(prefix + id)}, and something else is there. It was left as it is. Pass another keys.prefix, which is ${quoted(prefix)}, or move that item.`,
  );
}
