import { TransactWriteItemsCommand, UpdateItemCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";
import { itemKey, type Item } from "./counter-item.ts";
import { isKeyAttribute } from "./idempotency-key.ts";
import { readRecord } from "./idempotency-record.ts";
import { putKeyItem } from "./key-item.ts";
import { itemName, type RequestContext } from "./request-context.ts";
import { attributes } from "./table-schema.ts";
import { untilAborted } from "./time-limit.ts";
import { fenceOf, lapsedBefore } from "./write-fence.ts";
import { isConditionFailure } from "./write-outcome.ts";

/** More than come between two compactions, so that a backlog shrinks; below DynamoDB's 300 operators per expression. */
const MAX_REMOVED = 100;

/** A transaction has at most 100 items, and one of them is the counter's. */
const MAX_MOVED = 99;

/** With more live keys than this, a write that pays for the whole item, a unit per KB, is dearer than a transaction. */
const MANY_KEYS = 96;

/** Writers in a burst would overtake each other's transactions. The larger item is paid for while the burst lasts. */
const BURST_SECONDS = 30;

/** Keys of a longer burst are moved all the same: an item is full at some 12,800. */
const MAX_BURST_KEYS = 4_000;

/** Leaves the item within a KB. */
const FEW_KEYS = 24;

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
 * Makes an item smaller: removes the keys that have expired, and moves the live ones into items of their own if there are too
 * many and the strategy allows it. Never throws: the request is applied whatever becomes of the compaction, and the next
 * compaction finds the same keys.
 *
 * @returns whether the item is smaller now, by this compaction or by another
 */
export async function compact(request: RequestContext, item: Item): Promise<boolean> {
  const { config, startedAt } = request;
  // A record that cannot be read stays where it is.
  const keys = Object.entries(item).filter(([name, record]) => isKeyAttribute(name) && readRecord(record));
  const isExpired = ([, record]: RecordedKey) => expiryOf(record) < lapsedBefore(startedAt);
  const expired = keys.filter(isExpired).slice(0, MAX_REMOVED);
  const hasRemoved = expired.length > 0 && (await remove(request, expired));
  const live = keys.filter((key) => !isExpired(key));
  const mayMove =
    config.strategy === "auto" && (config.cache.notMovedUntil.get(itemName(request)) ?? 0) <= startedAt;
  if (!mayMove || live.length <= MANY_KEYS || isBurst(live)) return hasRemoved;
  return (await moveToKeyItems(request, item, live)) || hasRemoved;
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
  const { client, tableName, signal } = request.config;
  const command = new UpdateItemCommand({ TableName: tableName, Key: itemKey(request), ...removal(expired) });
  return untilAborted(signal, () => client.send(command, { abortSignal: signal })).then(
    () => true,
    isConditionFailure,
  );
}

/**
 * Moves live keys into key items and sets the write fence, so that plain updates, which would not see the key items, keep away
 * until the last has expired. One transaction moves up to 99 keys: at no instant is a key recorded nowhere.
 */
async function moveToKeyItems(
  request: RequestContext,
  item: Item,
  live: readonly RecordedKey[],
): Promise<boolean> {
  const { client, tableName, cache, signal } = request.config;
  let fence = fenceOf(item);
  let hasMoved = false;
  for (let left = live; left.length > FEW_KEYS; left = left.slice(MAX_MOVED)) {
    const moved = left.slice(0, MAX_MOVED);
    const until = Math.max(fence, ...moved.map(([, record]) => expiryOf(record)));
    try {
      const command = new TransactWriteItemsCommand({
        TransactItems: [
          {
            Update: {
              TableName: tableName,
              Key: itemKey(request),
              ...removalWithFence(moved, fence, until),
            },
          },
          // Over an expired key item of the same key: the record in the counter's item is newer.
          ...moved.map(([name, record]) => putKeyItem(request, name, record, expiryOf(record))),
        ],
      });
      await untilAborted(signal, () => client.send(command, { abortSignal: signal }));
    } catch (error) {
      if (NO_TRANSACTIONS.has((error as Error).name))
        cache.notMovedUntil.set(itemName(request), request.startedAt + NOT_MOVED_MS);
      return hasMoved;
    }
    fence = until;
    hasMoved = true;
  }
  return hasMoved;
}

function removalWithFence(moved: readonly RecordedKey[], fence: number, until: number) {
  const { UpdateExpression, ConditionExpression, ...removed } = removal(moved);
  return {
    UpdateExpression: `${UpdateExpression} SET #fence = :until`,
    ConditionExpression: `${ConditionExpression} AND ${fence === 0 ? "attribute_not_exists(#fence)" : "#fence = :fence"}`,
    ExpressionAttributeNames: { ...removed.ExpressionAttributeNames, "#fence": attributes.fence },
    ExpressionAttributeValues: {
      ...removed.ExpressionAttributeValues,
      ":until": { N: String(until) },
      ...(fence !== 0 && { ":fence": { N: String(fence) } }),
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
