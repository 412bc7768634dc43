import { DeleteItemCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import type { CounterWindow } from "@durable-counter/core";
import { queryItems, readItem, type Table } from "./read-item.ts";
import { withParameters } from "./expression-parameters.ts";
import { checkOwner, isOwnItem, OWN_OR_MISSING } from "./item-owner.ts";
import { itemAt, sortKeyOf, type CounterKey } from "./table-keys.ts";
import {
  attributes,
  isKeySortKey,
  isShardSortKey,
  isValueSortKey,
  KEY_PREFIX,
  VALUE_SORT_KEY,
  valueSortKey,
} from "./item-schema.ts";
import { send } from "./send.ts";
import { hasConditionFailed, isConditionFailure, reasonsOf, translateError } from "./aws-errors.ts";

/** A transaction has at most 100 items, and one of them is the counter's. */
const MAX_DELETED = 99;

/**
 * Deletes a counter, its windows or its shards, and its key items, those of holds included, in constant memory. The root item of a sharded counter stays; it holds
 * only the number of shards. Values are deleted first, and key items only while their value is gone: no key is forgotten
 * while its effect stands, neither by a deletion that fails half-way nor by one beside writers. Deleting again deletes the rest.
 *
 * @throws CounterError `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function deleteCounter(
  table: Table,
  id: string,
  window: CounterWindow | undefined,
): Promise<void> {
  const { tableName } = table;
  const isSent = !table.signal.aborted;
  try {
    if (!(await deleteValue(table, { id, sortKey: valueSortKey(window) }))) {
      for await (const item of queryItems(table, id, `${VALUE_SORT_KEY}/`, { consistent: true })) {
        const sortKey = sortKeyOf(table, item);
        if (!isOwnItem(item, table) || !isShardSortKey(sortKey)) continue;
        await send(table, () => new DeleteItemCommand(itemAt(table, { id, sortKey })));
      }
    }
    await deleteKeyItems(table, id);
  } catch (error) {
    throw translateError(error, { tableName, counterId: id, wrote: isSent });
  }
}

/** Deletes a value that is kept in one item; false if the item is the root of shards. */
async function deleteValue(table: Table, key: CounterKey): Promise<boolean> {
  const { keys } = table;
  const isOwn = keys.isShared ? ` AND ${OWN_OR_MISSING}` : "";
  const command = new DeleteItemCommand({
    ...itemAt(table, key),
    ...withParameters(table, { ConditionExpression: `attribute_not_exists(#shards)${isOwn}` }),
  });
  try {
    await send(table, () => command);
    return true;
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    if (keys.isShared) checkOwner(await readItem(table, key, { consistent: true }), table, key.id);
    return false;
  }
}

async function deleteKeyItems(table: Table, id: string): Promise<void> {
  const byOwner = new Map<string, string[]>();
  for await (const item of queryItems(table, id, KEY_PREFIX, { consistent: true })) {
    const sortKey = sortKeyOf(table, item);
    const owner = item[attributes.owner]?.S;
    // An item of others may lie here, too, and may have an owner.
    if (owner === undefined || !isValueSortKey(owner) || !isKeySortKey(sortKey)) continue;
    const sortKeys = byOwner.get(owner) ?? [];
    byOwner.set(owner, sortKeys);
    sortKeys.push(sortKey);
    if (sortKeys.length === MAX_DELETED) await deleteKeyItemsOf(table, id, owner, sortKeys.splice(0));
  }
  for (const [owner, sortKeys] of byOwner)
    if (sortKeys.length > 0) await deleteKeyItemsOf(table, id, owner, sortKeys);
}

/** A counter that was written again meanwhile keeps its key items; those of its earlier life expire. */
async function deleteKeyItemsOf(
  table: Table,
  id: string,
  owner: string,
  sortKeys: readonly string[],
): Promise<void> {
  const at = (sortKey: string) => itemAt(table, { id, sortKey });
  const isGone = {
    ...at(owner),
    ...withParameters(table, { ConditionExpression: "attribute_not_exists(#id)" }),
  };
  const TransactItems = [{ ConditionCheck: isGone }, ...sortKeys.map((sortKey) => ({ Delete: at(sortKey) }))];
  try {
    await send(table, () => new TransactWriteItemsCommand({ TransactItems }));
  } catch (error) {
    if (!reasonsOf(error).some(hasConditionFailed)) throw error;
  }
}
