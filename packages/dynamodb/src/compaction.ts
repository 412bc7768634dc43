import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { isConditionFailure } from "./aws-errors.ts";
import { isKeyAttribute } from "./idempotency-key.ts";
import { expiryOf, readRecord } from "./idempotency-record.ts";
import { fitting, holdOf, removal, type RecordedKey } from "./key-removal.ts";
import { keysToMove, moveToKeyItems } from "./move-keys.ts";
import type { Item } from "./read-item.ts";
import type { RequestContext } from "./request-context.ts";
import { lapsedWindows } from "./request-window.ts";
import { send } from "./send.ts";
import { itemAt } from "./table-keys.ts";
import { hasHolds, lapsedBefore } from "./write-fence.ts";

/** More than come between two compactions, so that a backlog shrinks; below DynamoDB's 300 operators per expression. */
const MAX_REMOVED = 100;

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
  const { startedAt, window, config } = request;
  const { retentionSeconds, holds } = config;
  if (hasHolds(item) && holds === undefined) return false; // The key of a hold does not move without it.
  // A record that cannot be read stays where it is.
  const keys = Object.entries(item).filter(([name, record]) => isKeyAttribute(name) && readRecord(record));
  const isExpired = ([name, record]: RecordedKey) =>
    Math.max(expiryOf(record), holdKeptUntil(request, item, name)) < lapsedBefore(startedAt);
  const lapsed =
    window === undefined ? [] : lapsedWindows(item, window, { now: startedAt, retentionSeconds });
  const expired = [...lapsed, ...keys.filter(isExpired)].slice(0, MAX_REMOVED);
  const live = keys.filter((key) => !isExpired(key));
  const moved = expired.length < MAX_REMOVED ? keysToMove(request, item, live) : [];
  if (moved.length > 0) return moveToKeyItems(request, item, moved);
  return expired.length > 0 && remove(request, item, fitting(request, item, expired, MAX_REMOVED));
}

/** Until when the hold of a key is remembered, in seconds since 1970: an open one until someone ends it. */
function holdKeptUntil(request: RequestContext, item: Item, keyAttribute: string): number {
  const hold = holdOf(request, item, keyAttribute);
  return hold === undefined ? 0 : (hold.forgottenAt ?? Infinity);
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
