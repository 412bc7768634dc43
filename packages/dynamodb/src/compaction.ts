import { TransactWriteItemsCommand, UpdateItemCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Item } from "./counter-item.ts";
import { GENERATED_KEY_SECONDS, isKeyAttribute } from "./idempotency-key.ts";
import { readRecord } from "./idempotency-record.ts";
import { putKeyItem } from "./key-item.ts";
import { itemName, type RequestContext } from "./request-context.ts";
import { itemKey } from "./table-keys.ts";
import { attributes } from "./table-schema.ts";
import { untilAborted } from "./time-limit.ts";
import { lapsedBefore, nextFence } from "./write-fence.ts";
import { isConditionFailure } from "./write-outcome.ts";

/** More than come between two compactions, so that a backlog shrinks; below DynamoDB's 300 operators per expression. */
const MAX_REMOVED = 100;

/** A transaction has at most 100 items, and one of them is the counter's. */
const MAX_MOVED = 99;

/** With more live keys than this, a write that pays for the whole item, a unit per KB, is dearer than a transaction. */
const MANY_KEYS = 96;

/** After a move, every process reads the fence anew. In a burst they would all do so; the larger item is paid for instead. */
const BURST_SECONDS = 30;

/** Keys of a longer burst are moved all the same: an item is full at some 12,800. */
const MAX_BURST_KEYS = 4_000;

/**
 * An engine without transactions, or a role without the permission for this item. Its keys then stay where they are for some
 * time; a permission may be granted, and that of one item says nothing of another.
 */
const NO_TRANSACTIONS = new Set(["UnknownOperationException", "AccessDeniedException"]);
const NOT_MOVED_MS = 60_000;

type RecordedKey = [name: string, record: AttributeValue];

/**
 * Whether the write under this attribute is followed by a compaction: one in 32 is, because the attribute ends in a base64url
 * digit of a hash. Derived from the key, so that short-lived processes take part.
 */
export function startsCompaction(keyAttribute: string): boolean {
  return keyAttribute.endsWith("A") || keyAttribute.endsWith("g");
}

/**
 * Makes an item smaller, by one request, because the caller waits for it: removes keys that have expired, or moves live ones
 * into items of their own if there are too many and the strategy allows it. Never throws: the request is applied whatever
 * becomes of the compaction, and the next compaction finds the same keys.
 *
 * @returns whether the item is smaller now, by this compaction or by another
 */
export async function compact(request: RequestContext, item: Item): Promise<boolean> {
  const { startedAt } = request;
  // A record that cannot be read stays where it is.
  const keys = Object.entries(item).filter(([name, record]) => isKeyAttribute(name) && readRecord(record));
  const soon = startedAt / 1_000 + GENERATED_KEY_SECONDS; // such keys, as generated ones, are not worth a move
  const isExpired = ([, record]: RecordedKey) => expiryOf(record) < lapsedBefore(startedAt);
  const expired = keys.filter(isExpired).slice(0, MAX_REMOVED);
  const live = keys.filter((key) => !isExpired(key));
  const movable = live.length > MAX_BURST_KEYS ? live : live.filter(([, record]) => expiryOf(record) > soon);
  if (expired.length < MAX_REMOVED && mayMove(request) && movable.length > MANY_KEYS && !isBurst(movable)) {
    // The oldest first: what stays is a burst, and no reason to move again at once.
    const oldest = movable
      .toSorted(([, one], [, other]) => expiryOf(one) - expiryOf(other))
      .slice(0, MAX_MOVED);
    return moveToKeyItems(request, item, oldest);
  }
  return expired.length > 0 && remove(request, expired);
}

function mayMove(request: RequestContext): boolean {
  const { strategy, cache } = request.config;
  return strategy === "auto" && (cache.notMovedUntil.get(itemName(request)) ?? 0) <= request.startedAt;
}

/** Whether so many keys came within a short time only. */
function isBurst(live: readonly RecordedKey[]): boolean {
  if (live.length > MAX_BURST_KEYS) return false;
  const expiries = live.map(([, record]) => expiryOf(record));
  return Math.max(...expiries) - Math.min(...expiries) < BURST_SECONDS;
}

function expiryOf(record: AttributeValue): number {
  return readRecord(record)?.expiresAt ?? Infinity;
}

/** Removes each key only if its record is as it was read: a key that was used again in between stays. */
async function remove(request: RequestContext, expired: readonly RecordedKey[]): Promise<boolean> {
  const { config } = request;
  const { client, tableName, signal } = config;
  const Key = itemKey(config, request);
  const command = new UpdateItemCommand({ TableName: tableName, Key, ...removal(expired) });
  return untilAborted(signal, () => client.send(command, { abortSignal: signal })).then(
    () => true,
    isConditionFailure,
  );
}

/**
 * Moves live keys into key items and sets the write fence, so that plain updates, which would not see the key items, keep away
 * until the last has expired. In one transaction: at no instant is a key recorded nowhere.
 */
async function moveToKeyItems(
  request: RequestContext,
  item: Item,
  moved: readonly RecordedKey[],
): Promise<boolean> {
  const { client, tableName, cache, signal } = request.config;
  const fence = nextFence(
    item,
    Math.max(...moved.map(([, record]) => expiryOf(record))),
    request.config.random,
  );
  const command = new TransactWriteItemsCommand({
    TransactItems: [
      {
        Update: {
          TableName: tableName,
          Key: itemKey(request.config, request),
          ...removalWithFence(moved, item[attributes.fence], fence),
        },
      },
      // Over an expired key item of the same key: the record in the counter's item is newer.
      ...moved.map(([name, record]) => putKeyItem(request, name, record, expiryOf(record))),
    ],
  });
  try {
    await untilAborted(signal, () => client.send(command, { abortSignal: signal }));
    cache.fencedItems.set(itemName(request), { [attributes.fence]: fence });
    return true;
  } catch (error) {
    const { name } = error as Error;
    if (NO_TRANSACTIONS.has(name))
      cache.notMovedUntil.set(itemName(request), request.startedAt + NOT_MOVED_MS);
    return false;
  }
}

function removalWithFence(
  moved: readonly RecordedKey[],
  fence: AttributeValue | undefined,
  nextFence: AttributeValue,
) {
  const { UpdateExpression, ConditionExpression, ...removed } = removal(moved);
  return {
    UpdateExpression: `${UpdateExpression} SET #fence = :nextFence`,
    ConditionExpression: `${ConditionExpression} AND ${fence === undefined ? "attribute_not_exists(#fence)" : "#fence = :fence"}`,
    ExpressionAttributeNames: { ...removed.ExpressionAttributeNames, "#fence": attributes.fence },
    ExpressionAttributeValues: {
      ...removed.ExpressionAttributeValues,
      ":nextFence": nextFence,
      ...(fence !== undefined && { ":fence": fence }),
    },
  };
}

function removal(keys: readonly RecordedKey[]) {
  return {
    UpdateExpression: `REMOVE ${keys.map((_, index) => `#k${index}`).join()}`,
    ConditionExpression: keys.map((_, index) => `#k${index} = :k${index}`).join(" AND "),
    ExpressionAttributeNames: Object.fromEntries(keys.map(([name], index) => [`#k${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(keys.map(([, record], index) => [`:k${index}`, record])),
  };
}
