import { paginateScan } from "@aws-sdk/client-dynamodb";
import { readItem, valueOf, type Table } from "./counter-item.ts";
import { sumOfShards } from "./shards.ts";
import type { StoreConfig } from "./store-options.ts";
import { attributes, VALUE_SORT_KEY } from "./table-schema.ts";
import { translateError } from "./translate-error.ts";
import { checkFence } from "./write-fence.ts";

const VALUE = {
  ProjectionExpression: "#value, #fence, #shards",
  ExpressionAttributeNames: {
    "#value": attributes.value,
    "#fence": attributes.fence,
    "#shards": attributes.shards,
  },
};

/**
 * A counter's value; undefined if it was never written.
 *
 * @throws CounterError `misconfigured` if the counter is kept otherwise than the store assumes, `unavailable`, `throttled`
 */
export async function readCounter(
  config: StoreConfig,
  id: string,
  { consistent }: { consistent: boolean },
): Promise<number | undefined> {
  if (config.shards !== undefined) return sumOfShards(config, id, config.shards, { consistent });
  const item = await readItem(config, { id, sortKey: VALUE_SORT_KEY }, { consistent, projection: VALUE });
  checkFence(item, config, id);
  return valueOf(item, config, id);
}

/**
 * Every counter that was written, page by page; a sharded counter costs one more query.
 *
 * @throws CounterError `misconfigured`, `throttled`, `unavailable`
 */
export async function* listCounters(table: Table): AsyncGenerator<{ id: string; value: number }> {
  const { client, tableName } = table;
  const pages = paginateScan(
    { client },
    {
      TableName: tableName,
      FilterExpression: "#sortKey = :value",
      ProjectionExpression: "#id, #value, #shards",
      ExpressionAttributeNames: {
        "#id": attributes.id,
        "#sortKey": attributes.sortKey,
        "#value": attributes.value,
        "#shards": attributes.shards,
      },
      ExpressionAttributeValues: { ":value": { S: VALUE_SORT_KEY } },
    },
  );
  try {
    for await (const { Items: items = [] } of pages) {
      for (const item of items) {
        const id = item[attributes.id]?.S ?? "";
        const shards = item[attributes.shards]?.N;
        const value =
          shards === undefined
            ? valueOf(item, table, id)
            : await sumOfShards(table, id, Number(shards), { consistent: false });
        if (value !== undefined) yield { id, value };
      }
    }
  } catch (error) {
    throw translateError(error, { tableName, wrote: false });
  }
}
