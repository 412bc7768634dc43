import { DeleteItemCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { itemKey, type CounterKey } from "./counter-item.ts";
import { itemsOf } from "./shards.ts";
import { attributes, MARKER_PREFIX, VALUE_PART } from "./table.ts";
import { reasonsOf, translateError } from "./translate-error.ts";

/** A transaction has at most 100 items, and one of them is the counter's. */
const MARKERS_AT_ONCE = 99;

type Counter = Omit<CounterKey, "part">;

/**
 * Deletes a counter, its shards and its markers, in constant memory; of a sharded one the root stays, which holds but
 * the number of shards. Values go first, and markers only while the value they belong to is gone: neither by a deletion
 * that fails half-way nor by one beside writers is an idempotency key forgotten while its count stands. Doing it again deletes
 * the rest.
 *
 * @throws CounterError `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function deleteCounter(counter: Counter): Promise<void> {
  const { tableName, id: counterId } = counter;
  try {
    if (!(await deleteValue(counter))) {
      for await (const { part } of partsOf(counter, `${VALUE_PART}/`)) await deletePart(counter, part);
    }
    await deleteMarkers(counter);
  } catch (error) {
    throw translateError(error, { tableName, counterId, wrote: true });
  }
}

/** Deletes a value that is kept in one item; false where the item is the root of shards. */
async function deleteValue(counter: Counter): Promise<boolean> {
  const command = new DeleteItemCommand({
    TableName: counter.tableName,
    Key: itemKey({ id: counter.id, part: VALUE_PART }),
    ConditionExpression: "attribute_not_exists(#shards)",
    ExpressionAttributeNames: { "#shards": attributes.shards },
  });
  return counter.client.send(command).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && error.name === "ConditionalCheckFailedException") return false;
      throw error;
    },
  );
}

async function deletePart({ client, tableName, id }: Counter, part: string): Promise<void> {
  await client.send(new DeleteItemCommand({ TableName: tableName, Key: itemKey({ id, part }) }));
}

/** By the value that they belong to. */
async function deleteMarkers(counter: Counter): Promise<void> {
  const gathered = new Map<string, string[]>();
  for await (const { part, of } of partsOf(counter, MARKER_PREFIX)) {
    const markers = gathered.get(of) ?? [];
    gathered.set(of, markers);
    markers.push(part);
    if (markers.length === MARKERS_AT_ONCE) await deleteMarkersOf(counter, of, markers.splice(0));
  }
  for (const [of, markers] of gathered) if (markers.length > 0) await deleteMarkersOf(counter, of, markers);
}

/** A counter that was written again meanwhile keeps its markers; those of its life before expire. */
async function deleteMarkersOf(counter: Counter, of: string, markers: readonly string[]): Promise<void> {
  const at = (part: string) => ({
    TableName: counter.tableName,
    Key: itemKey({ id: counter.id, part }),
  });
  const isGone = {
    ...at(of),
    ConditionExpression: "attribute_not_exists(#id)",
    ExpressionAttributeNames: { "#id": attributes.id },
  };
  const TransactItems = [{ ConditionCheck: isGone }, ...markers.map((part) => ({ Delete: at(part) }))];
  try {
    await counter.client.send(new TransactWriteItemsCommand({ TransactItems }));
  } catch (error) {
    if (!reasonsOf(error).some(({ Code }) => Code === "ConditionalCheckFailed")) throw error;
  }
}

async function* partsOf(counter: Counter, prefix: string) {
  for await (const item of itemsOf(counter, prefix, { consistent: true })) {
    const part = item[attributes.part]?.S ?? "";
    yield { part, of: item[attributes.of]?.S ?? VALUE_PART };
  }
}
