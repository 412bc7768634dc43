import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  type BatchWriteItemCommandOutput,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import { CounterError } from "@durable-counter/core";
import { backOff } from "./back-off.ts";
import { itemKey, named, type CounterKey } from "./counter-item.ts";
import { itemsOf } from "./shards.ts";
import { attributes, MARKER_PREFIX, VALUE_PART } from "./table.ts";
import { translateError } from "./translate-error.ts";

/** What DynamoDB deletes in one request. */
const AT_ONCE = 25;
const MAX_ATTEMPTS = 8;

type Counter = Omit<CounterKey, "part">;

/**
 * Deletes a counter, its shards and its markers, in constant memory. Values go before markers, and the root of a
 * sharded counter goes last: whatever is left by a deletion that fails half-way, no token of it is forgotten while its
 * count stands. Doing it again deletes the rest.
 *
 * @throws CounterError `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function deleteCounter(counter: Counter): Promise<void> {
  const { client, tableName, id: counterId } = counter;
  const root = { TableName: tableName, Key: itemKey({ id: counterId, part: VALUE_PART }) };
  try {
    const sharded = await client
      .send(
        new DeleteItemCommand({
          ...root,
          ConditionExpression: "attribute_not_exists(#shards)",
          ExpressionAttributeNames: { "#shards": attributes.shards },
        }),
      )
      .then(() => false, isSharded);
    if (sharded) await deleteItems(counter, `${VALUE_PART}/`);
    await deleteItems(counter, MARKER_PREFIX);
    if (sharded) await client.send(new DeleteItemCommand(root));
  } catch (error) {
    throw translateError(error, { tableName, counterId, wrote: true });
  }
}

function isSharded(error: unknown): true {
  if (error instanceof Error && error.name === "ConditionalCheckFailedException") return true;
  throw error;
}

async function deleteItems(counter: Counter, prefix: string): Promise<void> {
  let requests: WriteRequest[] = [];
  for await (const item of itemsOf(counter, prefix, { consistent: true })) {
    const part = item[attributes.part]?.S ?? "";
    requests.push({ DeleteRequest: { Key: itemKey({ id: counter.id, part }) } });
    if (requests.length < AT_ONCE) continue;
    await deleteAll(counter, requests);
    requests = [];
  }
  if (requests.length > 0) await deleteAll(counter, requests);
}

async function deleteAll(counter: Counter, requests: WriteRequest[]): Promise<void> {
  let left: BatchWriteItemCommandOutput["UnprocessedItems"] = { [counter.tableName]: requests };
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    ({ UnprocessedItems: left } = await counter.client.send(
      new BatchWriteItemCommand({ RequestItems: left }),
    ));
    if (left === undefined || Object.keys(left).length === 0) return;
    await backOff(attempt);
  }
  throw new CounterError(
    "throttled",
    `${named(counter)} was deleted in part: DynamoDB asks for less. Delete it again later.`,
  );
}
