import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { CounterError } from "@durable-counter/core";
import { hash } from "node:crypto";
import { readItem, queryItems, valueOf, type Item, type Table } from "./read-item.ts";
import { named } from "./named.ts";
import { withParameters } from "./expression-parameters.ts";
import { checkOwner, OWN_OR_MISSING } from "./item-owner.ts";
import { itemAt, sortKeyOf } from "./table-keys.ts";
import { attributes, PERMANENT_FENCE, shardPrefix, VALUE_SORT_KEY, numberValue } from "./item-schema.ts";
import { send } from "./send.ts";
import { isConditionFailure, translateError } from "./aws-errors.ts";

/** The shard of an idempotency key: always the same, because a retry that met another shard would count again. */
export function shardOf(idempotencyKey: string, shards: number): number {
  return Number.parseInt(hash("sha256", idempotencyKey, "hex").slice(-8), 16) % shards;
}

/**
 * Records in the counter's root item over how many items it is spread, before the first write to one of them. One item
 * decides, so two stores cannot disagree: with another number of shards a key would fall on another shard and count again.
 *
 * @throws CounterError `misconfigured` if the counter is kept in one item, or in another number of shards
 */
export async function claimShards(table: Table, id: string, shards: number): Promise<void> {
  const { tableName, keys } = table;
  const root = { id, sortKey: VALUE_SORT_KEY };
  const command = new UpdateItemCommand({
    ...itemAt(table, root),
    ...withParameters(
      table,
      {
        UpdateExpression: "SET #shards = if_not_exists(#shards, :shards), #fence = :permanent",
        ConditionExpression: `attribute_not_exists(#value)${keys.isShared ? ` AND ${OWN_OR_MISSING}` : ""}`,
      },
      { values: { ":shards": numberValue(shards), ":permanent": numberValue(PERMANENT_FENCE) } },
    ),
    ReturnValues: "ALL_NEW",
  });
  try {
    const { Attributes: claimed = {} } = await send(table, () => command);
    checkShards(claimed, table, id, shards);
  } catch (error) {
    if (isConditionFailure(error)) {
      if (keys.isShared) checkOwner(await readItem(table, root, { consistent: true }), table, id);
      throw keptInOneItem(table, id, shards);
    }
    throw translateError(error, { tableName, counterId: id, wrote: true });
  }
}

/**
 * The sum of a counter's shards, in one query, which has more than one page if they hold many keys; undefined if the counter
 * was never written.
 *
 * @throws CounterError `misconfigured` if the counter is kept otherwise; `limit-exceeded` for a sum that is no safe integer
 */
export async function sumOfShards(
  table: Table,
  id: string,
  shards: number,
  { consistent }: { consistent: boolean },
): Promise<number | undefined> {
  const prefix = shardPrefix(shards);
  let sum: bigint | undefined;
  for await (const item of queryItems(table, id, VALUE_SORT_KEY, { consistent })) {
    const sortKey = sortKeyOf(table, item);
    const isRoot = sortKey === VALUE_SORT_KEY;
    if (!isRoot && !sortKey.startsWith(prefix)) continue;
    checkOwner(item, table, id);
    const value = valueOf(item, table, id);
    if (isRoot && value !== undefined) throw keptInOneItem(table, id, shards);
    if (isRoot) checkShards(item, table, id, shards);
    else sum = (sum ?? 0n) + BigInt(value ?? 0);
  }
  if (sum === undefined) return undefined;
  if (Number.isSafeInteger(Number(sum))) return Number(sum);
  throw new CounterError(
    "limit-exceeded",
    `${named(table, id)} comes to ${sum} over its shards, beyond ±9007199254740991. Count under several ids.`,
  );
}

function checkShards(root: Item, table: Pick<Table, "tableName">, id: string, shards: number): void {
  const found = root[attributes.shards]?.N;
  if (found === undefined || found === String(shards)) return;
  throw new CounterError(
    "misconfigured",
    `${named(table, id)} is spread over ${found} shards, and the store has shards: ${shards}. The number cannot change: create the store with shards: ${found}, or count under another id.`,
  );
}

function keptInOneItem(table: Pick<Table, "tableName">, id: string, shards: number): CounterError {
  return new CounterError(
    "misconfigured",
    `${named(table, id)} is kept in one item, and the store has shards: ${shards}. Create the store without shards, or count under another id.`,
  );
}
