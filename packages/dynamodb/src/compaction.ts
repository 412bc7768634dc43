import { TransactWriteItemsCommand, UpdateItemCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Item } from "./read-item.ts";
import { GENERATED_KEY_SECONDS, isKeyAttribute } from "./idempotency-key.ts";
import { readRecord } from "./idempotency-record.ts";
import { cacheFence } from "./cached-fence.ts";
import { holdOf, removal, type RecordedKey } from "./key-removal.ts";
import { listWith, type MovedKey } from "./moved-keys.ts";
import { putKeyItem } from "./key-item.ts";
import { itemName, type RequestContext } from "./request-context.ts";
import { lapsedWindows } from "./request-window.ts";
import { itemAt } from "./table-keys.ts";
import { attributes } from "./item-schema.ts";
import { send } from "./send.ts";
import { hasHolds, hasMovedHolds, lapsedBefore, nextFence } from "./write-fence.ts";
import { isConditionFailure } from "./aws-errors.ts";

/** More than come between two compactions, so that a backlog shrinks; below DynamoDB's 300 operators per expression. */
const MAX_REMOVED = 100;

/** A transaction has at most 100 items, and one of them is the counter's. */
const MAX_MOVED = 99;

/** With more live keys than this, a write that pays for the whole item, a unit per KB, is dearer than a transaction. */
const MANY_KEYS = 96;

/**
 * After a move without a list of moved keys, every process reads the fence anew. In a burst they would all do so; the larger item
 * is paid for instead.
 */
const BURST_SECONDS = 30;

/** Keys of a longer burst are moved all the same: an item is full at some 12,800. */
const MAX_BURST_KEYS = 4_000;

/** Keys that soon expire stay for nine minutes at most. With more of them than this, an item is dearer than moves. */
const MANY_SHORT_KEYS = 256;

/** A hold takes as much as three keys. With more of them in the item, the oldest are moved. */
const MANY_HOLDS = 32;

/** Once some were moved, the item is kept small: every write pays for its size, and the end of a moved hold twice. */
const MANY_BESIDE_MOVED_HOLDS = 16;

/** The newest keys of a counter with holds stay: a hold that soon ends is cheaper to end in the counter's item. */
const KEPT_BESIDE_HOLDS = 8;

/** After this many, they are moved in a burst, too. */
const MAX_BURST_HOLDS = 256;

/**
 * An engine without transactions, or a role without the permission for this item. Its keys then stay where they are for some
 * time; a permission may be granted, and that of one item says nothing of another.
 */
const NO_TRANSACTIONS = new Set(["UnknownOperationException", "AccessDeniedException"]);
const NOT_MOVED_MS = 60_000;

/**
 * Whether the write under this attribute is followed by a compaction: one in 32 is, because the attribute ends in a base64url
 * digit of a hash. Derived from the key, so that short-lived processes take part.
 */
export function startsCompaction(keyAttribute: string): boolean {
  return keyAttribute.endsWith("A") || keyAttribute.endsWith("g");
}

/**
 * Makes an item smaller, by one request, because the caller waits for it: removes keys and windows that have expired, or moves
 * live keys into items of their own if there are too many and the strategy allows it. Never throws: the request is applied whatever
 * becomes of the compaction, and the next compaction finds the same keys.
 *
 * @returns whether the item is smaller now, by this compaction or by another
 */
export async function compact(request: RequestContext, item: Item): Promise<boolean> {
  const { startedAt } = request;
  if (hasHolds(item) && request.config.holds === undefined) return false; // The key of a hold does not move without it.
  // A record that cannot be read stays where it is.
  const keys = Object.entries(item).filter(([name, record]) => isKeyAttribute(name) && readRecord(record));
  const soon = startedAt / 1_000 + GENERATED_KEY_SECONDS; // few such keys, as generated ones are, are not worth a move
  const isExpired = ([name, record]: RecordedKey) =>
    Math.max(expiryOf(record), holdKeptUntil(request, item, name)) < lapsedBefore(startedAt);
  const expired = [...lapsedAttributes(request, item), ...keys.filter(isExpired)].slice(0, MAX_REMOVED);
  const live = keys.filter((key) => !isExpired(key));
  const movable = live.length > MANY_SHORT_KEYS ? live : live.filter(([, record]) => expiryOf(record) > soon);
  // The oldest first: what stays is a burst, and no reason to move again at once.
  const oldest = movable.toSorted(([, one], [, other]) => expiryOf(one) - expiryOf(other));
  const kept = hasHolds(item) ? KEPT_BESIDE_HOLDS : 0;
  const moved = fitting(request, item, oldest.slice(0, Math.max(0, oldest.length - kept)), MAX_MOVED);
  if (expired.length < MAX_REMOVED && mayMove(request) && isTooMuch(request, item, movable, moved))
    return moveToKeyItems(request, item, moved);
  return expired.length > 0 && remove(request, item, fitting(request, item, expired, MAX_REMOVED));
}

/** As many keys as fit in one request, where a hold counts twice. */
function fitting(
  request: RequestContext,
  item: Item,
  keys: readonly RecordedKey[],
  most: number,
): readonly RecordedKey[] {
  let parts = 0;
  return keys.filter(([name]) => {
    parts += holdOf(request, item, name) === undefined ? 1 : 2;
    return parts <= most;
  });
}

function isTooMuch(
  request: RequestContext,
  item: Item,
  movable: readonly RecordedKey[],
  moved: readonly RecordedKey[],
): boolean {
  const holds = movable.filter(([name]) => holdOf(request, item, name) !== undefined);
  const manyHolds = hasMovedHolds(item) ? MANY_BESIDE_MOVED_HOLDS : MANY_HOLDS;
  if (movable.length <= MANY_KEYS && holds.length <= manyHolds) return false;
  return holds.length > MAX_BURST_HOLDS || !isBurst(movable) || listAfter(request, item, moved) !== undefined;
}

/** Until when the hold of a key is remembered, in seconds since 1970: an open one until someone ends it. */
function holdKeptUntil(request: RequestContext, item: Item, keyAttribute: string): number {
  const hold = holdOf(request, item, keyAttribute);
  return hold === undefined ? 0 : (hold.forgottenAt ?? Infinity);
}

/** Until when an item of its own has to keep a key, in seconds since 1970. */
function keptUntil(request: RequestContext, item: Item, [name, record]: RecordedKey): number {
  return Math.max(expiryOf(record), holdOf(request, item, name)?.forgottenAt ?? 0);
}

/** The list of moved keys that the item has when these are moved. */
function listAfter(
  request: RequestContext,
  item: Item,
  moved: readonly RecordedKey[],
): AttributeValue | undefined {
  const keys = moved.map((key): MovedKey => ({ keyAttribute: key[0], until: keptUntil(request, item, key) }));
  return listWith(item, keys, request.startedAt);
}

/** The values of windows that no request can reach any more. */
function lapsedAttributes({ config, startedAt, window }: RequestContext, item: Item): readonly RecordedKey[] {
  if (window === undefined) return [];
  const { retentionSeconds } = config;
  const names = new Set(lapsedWindows(item, window, { now: startedAt, retentionSeconds }));
  return Object.entries(item).filter(([name]) => names.has(name));
}

function mayMove(request: RequestContext): boolean {
  const { strategy, cache } = request.config;
  // With the strategy "separate-item", the counter's item has keys of holds, and of requests that met others.
  return strategy !== "inline" && (cache.notMovedUntil.get(itemName(request)) ?? 0) <= request.startedAt;
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
async function remove(
  request: RequestContext,
  item: Item,
  expired: readonly RecordedKey[],
): Promise<boolean> {
  const { config } = request;
  const command = new UpdateItemCommand({
    ...itemAt(config, request),
    ...removal(request, item, expired),
  });
  return send(config, () => command).then(() => true, isConditionFailure);
}

/**
 * Moves live keys into key items and sets the write fence, so that plain updates, which would not see the key items, keep away
 * until the last has expired. In one transaction: at no instant is a key recorded nowhere.
 */
export async function moveToKeyItems(
  request: RequestContext,
  item: Item,
  moved: readonly RecordedKey[],
): Promise<boolean> {
  const { config } = request;
  const list = listAfter(request, item, moved);
  const fence = nextFence(
    item,
    Math.max(...moved.map((key) => keptUntil(request, item, key))),
    config.random,
  );
  const command = new TransactWriteItemsCommand({
    TransactItems: [
      {
        Update: {
          ...itemAt(config, request),
          ...removal(request, item, moved, { fence, list }),
        },
      },
      // Over an expired key item of the same key: the record in the counter's item is newer.
      ...moved.map((key) =>
        putKeyItem(request, ...key, keptUntil(request, item, key), holdOf(request, item, key[0])?.inKeyItem),
      ),
      ...(config.holds?.putMoved(config, request, item, (name) => moved.some(([key]) => key === name)) ?? []),
    ],
  });
  try {
    await send(config, () => command);
    const { [attributes.moved]: _before, ...others } = item;
    cacheFence(request, {
      ...others,
      [attributes.fence]: fence,
      ...(list !== undefined && { [attributes.moved]: list }),
    });
    return true;
  } catch (error) {
    refusesTransactions(request, error);
    return false;
  }
}

/** Whether an error says that no transaction can be made, which is remembered for some time. */
export function refusesTransactions(
  request: Pick<RequestContext, "id" | "sortKey" | "startedAt"> & {
    readonly config: Pick<RequestContext["config"], "cache">;
  },
  error: unknown,
): boolean {
  if (!NO_TRANSACTIONS.has((error as Error).name)) return false; // the AWS SDK throws nothing else
  request.config.cache.notMovedUntil.set(itemName(request), request.startedAt + NOT_MOVED_MS);
  return true;
}
