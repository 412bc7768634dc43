import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { isCounterError, type CallOptions } from "@durable-counter/core";
import { translateError } from "./aws-errors.ts";
import type { StoreCalls } from "./capabilities.ts";
import { withParameters } from "./expression-parameters.ts";
import { attributes, VALUE_SORT_KEY } from "./item-schema.ts";
import { placeOf, settled } from "./read-counters.ts";
import { itemsOfPages, readItem, valueOf, type Item, type Table } from "./read-item.ts";
import { send } from "./send.ts";
import { sumOfShards } from "./shards.ts";
import type { CallConfig } from "./store-options.ts";
import { idOf } from "./table-keys.ts";
import { checkFence, hasHolds, holdsOf } from "./write-fence.ts";

/** Finds the items of counters among all that others keep in the table. */
function listed(table: Pick<Table, "keys">, { sortKey, attribute }: ReturnType<typeof placeOf>) {
  const { prefix, isShared } = table.keys;
  const isOwn = isShared ? " AND attribute_exists(#fence)" : "";
  const hasPrefix = prefix === "" ? "" : " AND begins_with(#id, :prefix)";
  return withParameters(
    table,
    {
      FilterExpression: `#sortKey = :sortKey${isOwn}${hasPrefix}`,
      ProjectionExpression: "#id, #value, #fence, #shards, #due",
    },
    { names: { "#value": attribute }, values: { ":sortKey": { S: sortKey }, ":prefix": { S: prefix } } },
  );
}

/**
 * Every counter that was written and whose value can be read, page by page; a sharded counter costs one more query. The time limit
 * is that of one request. If there is none, one read tells whether the table has keys of these names: a scan does not.
 *
 * @throws CounterError `misconfigured`, `throttled`, `unavailable`
 */
export async function* listCounters(
  { config, call }: StoreCalls,
  options: CallOptions,
): AsyncGenerator<{ id: string; value: number }> {
  const { tableName, window, now } = config;
  const place = placeOf(window, now());
  const input = { TableName: tableName, ...listed(config, place) };
  const items = itemsOfPages((ExclusiveStartKey) =>
    call(options, (config) => send(config, () => new ScanCommand({ ...input, ExclusiveStartKey }))),
  );
  let isEmpty = true;
  try {
    for await (const item of items) {
      isEmpty = false;
      const id = idOf(config, item);
      const value = await call(options, (config) => listedValue(config, { ...place, id }, item));
      if (value !== undefined) yield { id, value };
    }
    if (isEmpty) await call(options, checkKeyNames);
  } catch (error) {
    throw translateError(error, { tableName, wrote: false });
  }
}

/** @throws CounterError `misconfigured` if the keys of the table have other names. A caller may be allowed to scan only. */
async function checkKeyNames(table: CallConfig): Promise<void> {
  try {
    await readItem(table, { id: "list", sortKey: VALUE_SORT_KEY }, { consistent: false });
  } catch (error) {
    const { cause } = error as Error;
    if (cause instanceof Error && cause.name === "ValidationException") throw error;
  }
}

/** The value of a listed counter; undefined if it holds none that can be read. `get` tells why; the list goes on. */
async function listedValue(
  table: CallConfig,
  { id, sortKey, attribute }: ReturnType<typeof placeOf> & { readonly id: string },
  item: Item,
): Promise<number | undefined> {
  if (hasHolds(item)) holdsOf(table, id); // a fault of the store, not of this counter
  try {
    const shards = item[attributes.shards]?.N;
    if (shards === undefined) {
      checkFence(item, table, id);
      return valueOf(await settled(table, { id, sortKey }, item, table.now()), table, id, attribute);
    }
    return await sumOfShards(table, id, Number(shards), { consistent: false });
  } catch (error) {
    if (isCounterError(error, "misconfigured") || isCounterError(error, "limit-exceeded")) return undefined;
    throw error;
  }
}
