import { paginateScan } from "@aws-sdk/client-dynamodb";
import { valueOf, type CounterKey } from "./counter-item.ts";
import { sumOfShards } from "./shards.ts";
import { attributes, VALUE_PART } from "./table.ts";
import { translateError } from "./translate-error.ts";

/**
 * Every counter that was written, page by page; one query more for each that is sharded.
 *
 * @throws CounterError `misconfigured`, `throttled`, `unavailable`
 */
export async function* listCounters(
  table: Pick<CounterKey, "client" | "tableName">,
): AsyncGenerator<{ id: string; value: number }> {
  const { client, tableName } = table;
  const pages = paginateScan(
    { client },
    {
      TableName: tableName,
      FilterExpression: "#part = :value",
      ProjectionExpression: "#id, #value, #shards",
      ExpressionAttributeNames: {
        "#id": attributes.id,
        "#part": attributes.part,
        "#value": attributes.value,
        "#shards": attributes.shards,
      },
      ExpressionAttributeValues: { ":value": { S: VALUE_PART } },
    },
  );
  try {
    for await (const { Items: items = [] } of pages) {
      for (const item of items) {
        const id = item[attributes.id]?.S ?? "";
        const shards = item[attributes.shards]?.N;
        const value =
          shards === undefined
            ? valueOf(item, { tableName, id })
            : await sumOfShards({ ...table, id }, Number(shards), { consistent: false });
        if (value !== undefined) yield { id, value };
      }
    }
  } catch (error) {
    throw translateError(error, { tableName, wrote: false });
  }
}
