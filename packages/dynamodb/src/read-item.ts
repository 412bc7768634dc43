import {
  GetItemCommand,
  QueryCommand,
  type AttributeValue,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { CounterError } from "@durable-counter/core";
import { withParameters } from "./expression-parameters.ts";
import { itemAt, type CounterKey, type TableKeys } from "./table-keys.ts";
import { attributes } from "./item-schema.ts";
import { send } from "./send.ts";
import { translateError } from "./aws-errors.ts";
import { named, quoted } from "./named.ts";

/** A table, as one call reaches it. */
export interface Table {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly keys: TableKeys;
  /** Ends the call. */
  readonly signal: AbortSignal;
}

export type Item = Readonly<Record<string, AttributeValue>>;

/**
 * Reads an item; the result is empty if there is none.
 *
 * @throws CounterError `throttled`, `unavailable`, `misconfigured`
 */
export async function readItem(
  table: Table,
  key: CounterKey,
  { consistent, projection }: { consistent: boolean; projection?: object },
): Promise<Item> {
  const { tableName } = table;
  try {
    const command = new GetItemCommand({
      ...itemAt(table, key),
      ConsistentRead: consistent,
      ...projection,
    });
    const { Item = {} } = await send(table, () => command);
    return Item;
  } catch (error) {
    throw translateError(error, { tableName, counterId: key.id, wrote: false });
  }
}

/**
 * A counter's items whose sort key begins so, in its order, without their idempotency records.
 *
 * @throws CounterError `throttled`, `unavailable`, `misconfigured`
 */
export async function* queryItems(
  table: Table,
  id: string,
  prefix: string,
  { consistent }: { consistent: boolean },
): AsyncGenerator<Item> {
  const { tableName, keys } = table;
  const input = {
    TableName: tableName,
    ...withParameters(
      table,
      {
        KeyConditionExpression: "#id = :id AND begins_with(#sortKey, :prefix)",
        ProjectionExpression: `#sortKey, #value, #shards, #owner${keys.isShared ? ", #id, #fence" : ""}`,
      },
      { values: { ":id": { S: keys.prefix + id }, ":prefix": { S: prefix } } },
    ),
    ConsistentRead: consistent,
  };
  try {
    yield* itemsOfPages((ExclusiveStartKey) =>
      send(table, () => new QueryCommand({ ...input, ExclusiveStartKey })),
    );
  } catch (error) {
    throw translateError(error, { tableName, counterId: id, wrote: false });
  }
}

interface Page {
  readonly Items?: Item[] | undefined;
  readonly LastEvaluatedKey?: Record<string, AttributeValue> | undefined;
}

/** The items of all pages. The AWS SDK's paginators would accept no client but their own class, so not a document client. */
export async function* itemsOfPages(
  readPage: (startKey: Record<string, AttributeValue> | undefined) => Promise<Page>,
): AsyncGenerator<Item> {
  let startKey: Record<string, AttributeValue> | undefined;
  do {
    const page = await readPage(startKey);
    yield* page.Items ?? [];
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined);
}

/**
 * @param name of the attribute with the value
 * @throws CounterError `misconfigured` if the item holds something else than a safe integer
 */
export function valueOf(
  item: Item,
  table: Pick<Table, "tableName">,
  id: string,
  name: string = attributes.value,
): number | undefined {
  const attribute = item[name];
  if (attribute === undefined) return undefined;
  const value = Number(attribute.N);
  // DynamoDB has 38 digits: a fraction may be finer than a JavaScript number shows.
  if (Number.isSafeInteger(value) && attribute.N?.includes(".") === false) return value;
  throw new CounterError(
    "misconfigured",
    `${named(table, id)} holds ${quoted(attribute)} as its value; a counter holds a whole number within ±9007199254740991. Repair or delete the item.`,
  );
}
