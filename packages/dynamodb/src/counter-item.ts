import {
  GetItemCommand,
  type AttributeValue,
  type ConditionalCheckFailedException,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { CounterError } from "@durable-counter/core";
import { attributes, VALUE_PART } from "./table.ts";
import { translateError } from "./translate-error.ts";
import { readStamp, type TokenStamp } from "./token-stamp.ts";

/** Where a counter lives. */
export interface CounterKey {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly id: string;
}

export type Item = Readonly<Record<string, AttributeValue>>;

export function itemKey(id: string): Record<string, AttributeValue> {
  return { [attributes.id]: { S: id }, [attributes.part]: { S: VALUE_PART } };
}

/**
 * Reads a counter's item; empty where there is none.
 *
 * @param only the attributes to send over the wire, by default all
 */
export async function readItem(
  { client, tableName, id }: CounterKey,
  { consistent, only }: { consistent: boolean; only?: string },
): Promise<Item> {
  const projection = only && { ProjectionExpression: "#only", ExpressionAttributeNames: { "#only": only } };
  try {
    const command = new GetItemCommand({
      TableName: tableName,
      Key: itemKey(id),
      ConsistentRead: consistent,
      ...projection,
    });
    return (await client.send(command)).Item ?? {};
  } catch (error) {
    throw translateError(error, { tableName, counterId: id, wrote: false });
  }
}

/**
 * The item that made a write's condition fail. DynamoDB sends it along; an engine that does not is asked for it.
 * Undefined for any other error.
 *
 * @throws CounterError `outcome-unknown` where it cannot be read: the write may have been refused because it, or an
 *   attempt of it whose reply was lost, had counted before
 */
export async function itemThatRefused(error: unknown, key: CounterKey): Promise<Item | undefined> {
  if (!(error instanceof Error) || error.name !== "ConditionalCheckFailedException") return undefined;
  const { Item } = error as ConditionalCheckFailedException;
  if (Item !== undefined) return Item;
  try {
    return await readItem(key, { consistent: true });
  } catch (cause) {
    throw new CounterError(
      "outcome-unknown",
      `Counter ${JSON.stringify(key.id)} in table "${key.tableName}" refused a write, and why could not be read. Ask again with the same token to find out.`,
      { cause },
    );
  }
}

/** @throws CounterError `misconfigured` where the item holds something else than a safe integer */
export function valueOf(item: Item, { tableName, id }: Omit<CounterKey, "client">): number | undefined {
  const attribute = item[attributes.value];
  if (attribute === undefined) return undefined;
  const value = Number(attribute.N);
  if (Number.isSafeInteger(value)) return value;
  throw new CounterError(
    "misconfigured",
    `Counter ${JSON.stringify(id)} in table "${tableName}" holds ${JSON.stringify(attribute)} as its value; a counter holds a whole number within ±9007199254740991. Repair or delete the item.`,
  );
}

/** What the item remembers of a token; undefined where it does not know it. */
export function stampOf(item: Item, tokenAttribute: string): TokenStamp | undefined {
  return readStamp(item[tokenAttribute]);
}
