import {
  GetItemCommand,
  type AttributeValue,
  type ConditionalCheckFailedException,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { CounterError } from "@durable-counter/core";
import { attributes } from "./table.ts";
import { translateError } from "./translate-error.ts";

/** Where a counter, or one shard of it, lives. */
export interface CounterKey {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly id: string;
  /** The sort key of the item that holds the value. */
  readonly part: string;
}

export type Item = Readonly<Record<string, AttributeValue>>;

export function itemKey({ id, part }: Pick<CounterKey, "id" | "part">): Record<string, AttributeValue> {
  return { [attributes.id]: { S: id }, [attributes.part]: { S: part } };
}

/** Reads an item; empty where there is none. */
export async function readItem(
  { client, tableName, id }: Pick<CounterKey, "client" | "tableName" | "id">,
  Key: Record<string, AttributeValue>,
  { consistent, projection }: { consistent: boolean; projection?: object },
): Promise<Item> {
  try {
    const command = new GetItemCommand({
      TableName: tableName,
      Key,
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
export async function itemThatRefused(
  error: unknown,
  key: CounterKey,
  idempotencyKey: string,
): Promise<Item | undefined> {
  if (!(error instanceof Error) || error.name !== "ConditionalCheckFailedException") return undefined;
  return (error as ConditionalCheckFailedException).Item ?? unexplained(key, itemKey(key), idempotencyKey);
}

/** @throws CounterError `outcome-unknown` where it cannot be read */
export async function unexplained(
  key: CounterKey,
  itemKey: Record<string, AttributeValue>,
  idempotencyKey: string,
): Promise<Item> {
  try {
    return await readItem(key, itemKey, { consistent: true });
  } catch (cause) {
    throw new CounterError(
      "outcome-unknown",
      `${named(key)} refused a write, and why could not be read. Ask again with the idempotency key ${JSON.stringify(idempotencyKey)} to find out.`,
      { cause, details: { idempotencyKey } },
    );
  }
}

/** @throws CounterError `misconfigured` where the item holds something else than a safe integer */
export function valueOf(item: Item, key: Pick<CounterKey, "tableName" | "id">): number | undefined {
  const attribute = item[attributes.value];
  if (attribute === undefined) return undefined;
  const value = Number(attribute.N);
  if (Number.isSafeInteger(value)) return value;
  throw new CounterError(
    "misconfigured",
    `${named(key)} holds ${JSON.stringify(attribute)} as its value; a counter holds a whole number within ±9007199254740991. Repair or delete the item.`,
  );
}

/** A counter in a sentence: `Counter "cart-7" in table "counters"`. */
export function named({ tableName, id }: Pick<CounterKey, "tableName" | "id">): string {
  return `Counter ${JSON.stringify(id)} in table "${tableName}"`;
}
