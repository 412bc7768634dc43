import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { isCounterError, type CallOptions, type CounterWindow } from "@durable-counter/core";
import type { StoreCalls } from "./capabilities.ts";
import { itemsOfPages, readItem, valueOf, type Item, type Table } from "./read-item.ts";
import { withParameters } from "./expressions.ts";
import { mayBeDue } from "./hold-record.ts";
import { sumOfShards } from "./shards.ts";
import type { CallConfig } from "./store-options.ts";
import { idOf, type CounterKey } from "./table-keys.ts";
import { attributes, VALUE_SORT_KEY, valueSortKey, windowAttribute } from "./item-schema.ts";
import { send } from "./send.ts";
import { translateError } from "./aws-errors.ts";
import { checkFence, holdsOf } from "./write-fence.ts";

/** Where a value is kept: of a counter without windows, or of the current window. */
export function placeOf(window: CounterWindow | undefined, now: number) {
  if (window === undefined) return { sortKey: VALUE_SORT_KEY, attribute: attributes.value };
  return { sortKey: valueSortKey(window), attribute: windowAttribute(window.at(now)) };
}

/** What is read of a counter's item; its partition key, too, where that tells something else from nothing. */
export function counterProjection(
  table: Pick<Table, "keys">,
  {
    withId = table.keys.isShared,
    attribute = attributes.value,
  }: { withId?: boolean; attribute?: string } = {},
) {
  const ProjectionExpression = `#value, #fence, #shards, #due${withId ? ", #id" : ""}`;
  return withParameters(table, { ProjectionExpression }, { names: { "#value": attribute } });
}

/**
 * A counter's value; undefined if it was never written. With a window, the value of the one at `now`.
 *
 * @throws CounterError `misconfigured` if the counter is kept otherwise than the store assumes, `unavailable`, `throttled`
 */
export async function readCounter(
  config: CallConfig,
  id: string,
  {
    consistent,
    window,
    now = config.now(),
  }: { consistent: boolean; window?: CounterWindow | undefined; now?: number },
): Promise<number | undefined> {
  if (config.shards !== undefined) return sumOfShards(config, id, config.shards, { consistent });
  const { sortKey, attribute } = placeOf(window, now);
  const projection = counterProjection(config, { attribute });
  const item = await readItem(config, { id, sortKey }, { consistent, projection });
  checkFence(item, config, id);
  return valueOf(await settled(config, { id, sortKey }, item, now), config, id, attribute);
}

/** The item, with what holds have given back that had expired when the call began: one moment decides for every call. */
async function settled(config: CallConfig, key: CounterKey, item: Item, now: number): Promise<Item> {
  return mayBeDue(item, now) ? holdsOf(config, key.id).readSettledItem(config, key, now) : item;
}

/** Finds the items of counters among all that others keep in the table. */
function listed(table: Pick<Table, "keys">, { sortKey, attribute }: ReturnType<typeof placeOf>) {
  const { prefix, isShared } = table.keys;
  const isOwn = isShared ? " AND attribute_exists(#fence)" : "";
  const hasPrefix = prefix === "" ? "" : " AND begins_with(#id, :prefix)";
  return withParameters(
    table,
    {
      FilterExpression: `#sortKey = :sortKey${isOwn}${hasPrefix}`,
      ProjectionExpression: "#id, #value, #shards, #due",
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
  if (mayBeDue(item, table.now())) holdsOf(table, id); // a fault of the store, not of this counter
  try {
    const shards = item[attributes.shards]?.N;
    if (shards === undefined)
      return valueOf(await settled(table, { id, sortKey }, item, table.now()), table, id, attribute);
    return await sumOfShards(table, id, Number(shards), { consistent: false });
  } catch (error) {
    if (isCounterError(error, "misconfigured") || isCounterError(error, "limit-exceeded")) return undefined;
    throw error;
  }
}
