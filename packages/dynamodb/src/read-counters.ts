import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { isCounterError } from "@durable-counter/core";
import { itemsOfPages, readItem, valueOf, type Item, type Table } from "./counter-item.ts";
import { isDue } from "./hold-record.ts";
import { readSettledItem } from "./hold-settlement.ts";
import { sumOfShards } from "./shards.ts";
import type { CallConfig, StoreConfig } from "./store-options.ts";
import { idOf } from "./table-keys.ts";
import { attributes, VALUE_SORT_KEY } from "./table-schema.ts";
import { untilAborted, withTimeLimit } from "./time-limit.ts";
import { translateError } from "./aws-errors.ts";
import { checkFence } from "./write-fence.ts";

/** What is read of a counter's item; its partition key, too, where that tells something else from nothing. */
export function counterProjection({ keys }: Pick<Table, "keys">, { withId = keys.isShared } = {}) {
  return {
    ProjectionExpression: `#value, #fence, #shards, #due${withId ? ", #id" : ""}`,
    ExpressionAttributeNames: {
      "#value": attributes.value,
      "#fence": attributes.fence,
      "#shards": attributes.shards,
      "#due": attributes.due,
      ...(withId && { "#id": keys.partition }),
    },
  };
}

/**
 * A counter's value; undefined if it was never written.
 *
 * @throws CounterError `misconfigured` if the counter is kept otherwise than the store assumes, `unavailable`, `throttled`
 */
export async function readCounter(
  config: CallConfig,
  id: string,
  { consistent }: { consistent: boolean },
): Promise<number | undefined> {
  if (config.shards !== undefined) return sumOfShards(config, id, config.shards, { consistent });
  const item = await readItem(
    config,
    { id, sortKey: VALUE_SORT_KEY },
    { consistent, projection: counterProjection(config) },
  );
  checkFence(item, config, id);
  return valueOf(await settled(config, id, item), config, id);
}

/** The item, with what expired holds have given back. */
async function settled(config: CallConfig, id: string, item: Item): Promise<Item> {
  const now = config.now();
  return isDue(item, now) ? readSettledItem(config, id, now) : item;
}

/** Finds the items of counters among all that others keep in the table. */
function listed({ keys: { partition, sort, prefix, isShared } }: Pick<Table, "keys">) {
  const isOwn = isShared ? " AND attribute_exists(#fence)" : "";
  const hasPrefix = prefix === "" ? "" : " AND begins_with(#id, :prefix)";
  return {
    FilterExpression: `#sortKey = :value${isOwn}${hasPrefix}`,
    ProjectionExpression: "#id, #value, #shards, #due",
    ExpressionAttributeNames: {
      "#id": partition,
      "#sortKey": sort,
      "#value": attributes.value,
      "#shards": attributes.shards,
      "#due": attributes.due,
      ...(isShared && { "#fence": attributes.fence }),
    },
    ExpressionAttributeValues: {
      ":value": { S: VALUE_SORT_KEY },
      ...(prefix !== "" && { ":prefix": { S: prefix } }),
    },
  };
}

/**
 * Every counter that was written and whose value can be read, page by page; a sharded counter costs one more query. The time limit is that of one request.
 *
 * @throws CounterError `misconfigured`, `throttled`, `unavailable`
 */
export async function* listCounters(
  config: StoreConfig,
  options: { readonly signal: AbortSignal | undefined },
): AsyncGenerator<{ id: string; value: number }> {
  const { client, tableName, timeoutMs } = config;
  const limits = { timeoutMs, signal: options.signal };
  const items = itemsOfPages((ExclusiveStartKey) =>
    withTimeLimit(limits, (signal) =>
      untilAborted(signal, () =>
        client.send(new ScanCommand({ TableName: tableName, ...listed(config), ExclusiveStartKey }), {
          abortSignal: signal,
        }),
      ),
    ),
  );
  try {
    for await (const item of items) {
      const id = idOf(config, item);
      const value = await withTimeLimit(limits, (signal) => listedValue({ ...config, signal }, id, item));
      if (value !== undefined) yield { id, value };
    }
  } catch (error) {
    throw translateError(error, { tableName, wrote: false });
  }
}

/** The value of a listed counter; undefined if it holds none that can be read. `get` tells why; the list goes on. */
async function listedValue(table: CallConfig, id: string, item: Item): Promise<number | undefined> {
  try {
    const shards = item[attributes.shards]?.N;
    if (shards === undefined) return valueOf(await settled(table, id, item), table, id);
    return await sumOfShards(table, id, Number(shards), { consistent: false });
  } catch (error) {
    if (isCounterError(error, "misconfigured") || isCounterError(error, "limit-exceeded")) return undefined;
    throw error;
  }
}
