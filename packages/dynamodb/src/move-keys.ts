import { TransactWriteItemsCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";
import { cacheFence } from "./cached-fence.ts";
import { GENERATED_KEY_SECONDS } from "./idempotency-key.ts";
import { expiryOf } from "./idempotency-record.ts";
import { attributes } from "./item-schema.ts";
import { putKeyItem } from "./key-item.ts";
import { fitting, holdOf, removal, type RecordedKey } from "./key-removal.ts";
import { listWith, type MovedKey } from "./moved-keys-list.ts";
import type { Item } from "./read-item.ts";
import { itemName, type RequestContext } from "./request-context.ts";
import { send } from "./send.ts";
import type { ItemRequest } from "./store-cache.ts";
import { itemAt } from "./table-keys.ts";
import { hasHolds, hasMovedHolds, nextFence } from "./write-fence.ts";

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

/** The keys of an item to be moved now, the oldest first; none as long as they are not too many, or may not move. */
export function keysToMove(
  request: RequestContext,
  item: Item,
  live: readonly RecordedKey[],
): readonly RecordedKey[] {
  const soon = request.startedAt / 1_000 + GENERATED_KEY_SECONDS; // few such keys, as generated ones are, are not worth a move
  const movable = live.length > MANY_SHORT_KEYS ? live : live.filter(([, record]) => expiryOf(record) > soon);
  // The oldest first: what stays is a burst, and no reason to move again at once.
  const oldest = movable.toSorted(([, one], [, other]) => expiryOf(one) - expiryOf(other));
  const kept = hasHolds(item) ? KEPT_BESIDE_HOLDS : 0;
  const moved = fitting(request, item, oldest.slice(0, Math.max(0, oldest.length - kept)), MAX_MOVED);
  return mayTransact(request) && isTooMuch(request, item, movable, moved) ? moved : [];
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

/** Whether a transaction may put keys of an item into items of their own. */
export function mayTransact(
  request: ItemRequest & { readonly config: { readonly strategy: string } },
): boolean {
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
export function refusesTransactions(request: ItemRequest, error: unknown): boolean {
  if (!NO_TRANSACTIONS.has((error as Error).name)) return false; // the AWS SDK throws nothing else
  request.config.cache.notMovedUntil.set(itemName(request), request.startedAt + NOT_MOVED_MS);
  return true;
}
