import { paginateQuery, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { CounterError } from "@durable-counter/core";
import { itemKey, named, valueOf, type CounterKey, type Item } from "./counter-item.ts";
import { attributes, SEALED_FOR_GOOD, shardsPrefix, VALUE_PART } from "./table.ts";
import { translateError } from "./translate-error.ts";

/**
 * Says at the root of a counter over how many items it is spread, before its first write to one of them. One item
 * decides, so two stores cannot disagree: with other shards an idempotency key would fall elsewhere and count again.
 *
 * @throws CounterError `misconfigured` where the counter is kept otherwise
 */
export async function claimShards(key: CounterKey, shards: number): Promise<void> {
  const { client, tableName, id: counterId } = key;
  const command = new UpdateItemCommand({
    TableName: tableName,
    Key: itemKey({ id: counterId, part: VALUE_PART }),
    UpdateExpression: "SET #shards = if_not_exists(#shards, :shards), #seal = :forGood",
    ConditionExpression: "attribute_not_exists(#value)",
    ExpressionAttributeNames: {
      "#shards": attributes.shards,
      "#seal": attributes.seal,
      "#value": attributes.value,
    },
    ExpressionAttributeValues: {
      ":shards": { N: String(shards) },
      ":forGood": { N: String(SEALED_FOR_GOOD) },
    },
    ReturnValues: "ALL_NEW",
  });
  try {
    const { Attributes: root = {} } = await client.send(command);
    checkShards(root, key, shards);
  } catch (error) {
    if ((error as Error).name === "ConditionalCheckFailedException") throw inOneItem(key, shards);
    throw translateError(error, { tableName, counterId, wrote: true });
  }
}

/**
 * The sum of a counter's shards, in one query, of more than one page where they hold many keys; undefined where it was never written.
 *
 * @throws CounterError `misconfigured` where the counter is kept otherwise; `limit-exceeded` for a sum that is no safe
 *   integer
 */
export async function sumOfShards(
  key: Pick<CounterKey, "client" | "tableName" | "id">,
  shards: number,
  { consistent }: { consistent: boolean },
): Promise<number | undefined> {
  const prefix = shardsPrefix(shards);
  let sum: bigint | undefined;
  for await (const item of itemsOf(key, VALUE_PART, { consistent })) {
    const part = item[attributes.part]?.S ?? "";
    const value = valueOf(item, key);
    if (part === VALUE_PART && value !== undefined) throw inOneItem(key, shards);
    if (part === VALUE_PART) checkShards(item, key, shards);
    else if (part.startsWith(prefix)) sum = (sum ?? 0n) + BigInt(value ?? 0);
  }
  if (sum === undefined) return undefined;
  if (Number.isSafeInteger(Number(sum))) return Number(sum);
  throw new CounterError(
    "limit-exceeded",
    `${named(key)} comes to ${sum} over its shards, beyond ±9007199254740991. Count under several ids.`,
  );
}

/** What a counter's items are, without their keys: those whose sort key begins so, in its order. */
export async function* itemsOf(
  { client, tableName, id }: Pick<CounterKey, "client" | "tableName" | "id">,
  prefix: string,
  { consistent }: { consistent: boolean },
): AsyncGenerator<Item> {
  const pages = paginateQuery(
    { client },
    {
      TableName: tableName,
      KeyConditionExpression: "#id = :id AND begins_with(#part, :prefix)",
      ProjectionExpression: "#part, #value, #shards, #of",
      ExpressionAttributeNames: {
        "#id": attributes.id,
        "#part": attributes.part,
        "#value": attributes.value,
        "#shards": attributes.shards,
        "#of": attributes.of,
      },
      ExpressionAttributeValues: { ":id": { S: id }, ":prefix": { S: prefix } },
      ConsistentRead: consistent,
    },
  );
  try {
    for await (const { Items = [] } of pages) yield* Items;
  } catch (error) {
    throw translateError(error, { tableName, counterId: id, wrote: false });
  }
}

function checkShards(root: Item, key: Pick<CounterKey, "tableName" | "id">, shards: number): void {
  const found = root[attributes.shards]?.N;
  if (found === undefined || found === String(shards)) return;
  throw new CounterError(
    "misconfigured",
    `${named(key)} is spread over ${found} shards, and the store has shards: ${shards}. The number cannot change: create the store with shards: ${found}, or count under another id.`,
  );
}

function inOneItem(key: Pick<CounterKey, "tableName" | "id">, shards: number): CounterError {
  return new CounterError(
    "misconfigured",
    `${named(key)} is kept in one item, and the store has shards: ${shards}. Create the store without shards, or count under another id.`,
  );
}
