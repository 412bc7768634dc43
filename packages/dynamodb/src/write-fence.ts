import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { CounterError } from "@durable-counter/core";
import type { Item, Table } from "./read-item.ts";
import { named, quoted } from "./named.ts";
import type { HoldSupport } from "./hold-support.ts";
import { checkOwner } from "./item-owner.ts";
import { attributes, HOLD_FENCE, PERMANENT_FENCE, numberValue } from "./item-schema.ts";

/**
 * How long a fence holds, and a key is kept, beyond the retention period: an attempt may be in flight for five minutes, after
 * which AWS refuses its signature, and a clock may be a minute ahead or behind.
 */
export const GRACE_SECONDS = 420;

/** Until when, in seconds since 1970, key items may record keys of the item; 0 if there is no fence. */
function fenceOf(item: Item): number {
  const fence = Number(item[attributes.fence]?.N ?? 0);
  return hasHolds(item) ? fence - HOLD_FENCE : fence;
}

/** Whether a counter has holds, or had some. */
export function hasHolds(item: Item): boolean {
  const fence = Number(item[attributes.fence]?.N ?? 0);
  return fence >= HOLD_FENCE && fence < PERMANENT_FENCE;
}

/** Whether holds of the counter may be kept in items of their own. */
export function hasMovedHolds(item: Item): boolean {
  return hasHolds(item) && fenceOf(item) > 0;
}

/** The fence of a counter that gets its first hold. It differs from the one it had. */
export function fenceWithHolds(item: Item): AttributeValue {
  const { N: fence = "0" } = item[attributes.fence] ?? {};
  if (hasHolds(item)) return { N: fence };
  const [seconds, fraction = "0"] = fence.split(".");
  return { N: `${Number(seconds) + HOLD_FENCE}.${fraction}` };
}

/**
 * The fence to write with a key item: it lasts as long as that, and differs from every earlier fence of the item. As long as a
 * writer finds the fence that it knew before it read a key item, that key item is as it was read.
 *
 * @param until in seconds since 1970
 */
export function nextFence(item: Item, until: number, random: () => number): AttributeValue {
  const [seconds = "", fraction = ""] = (item[attributes.fence]?.N ?? "").split(".");
  // The random part is for a counter that is deleted and written again.
  const serial = Number(fraction.padEnd(SERIAL_DIGITS, "0")) + 1 + Math.floor(random() * 1_000);
  const digits = String(serial % 10 ** SERIAL_DIGITS).padStart(SERIAL_DIGITS, "0");
  return { N: `${Math.max(Number(seconds), hasHolds(item) ? HOLD_FENCE + until : until)}.${digits}` };
}

const SERIAL_DIGITS = 9;

/**
 * Whether plain updates must not touch the item before they have checked the key item, because key items record keys of it.
 *
 * @param now in milliseconds since 1970
 */
export function isFenced(item: Item, now: number): boolean {
  return fenceOf(item) >= lapsedBefore(now);
}

/** The earliest fence, and the earliest expiry of a key, that still counts at this time, in seconds since 1970. */
export function lapsedBefore(now: number): number {
  return Math.floor(now / 1_000) - GRACE_SECONDS;
}

/** When DynamoDB may delete an item without a value, which only keeps late attempts away: after all that it records. */
export function expiryWithoutValue(
  item: Item,
  { keys }: Pick<Table, "keys">,
  expiresAt: number,
): AttributeValue {
  const until = Math.max(Math.ceil(fenceOf(item)), expiresAt) + GRACE_SECONDS;
  return numberValue(Math.max(Number(item[keys.timeToLive]?.N ?? 0), until));
}

/**
 * @throws CounterError `misconfigured` if a store with shards, a newer version, or something else keeps this item; or if the
 *   counter has holds, and this store does not know them
 */
export function checkFence(
  item: Item,
  table: Pick<Table, "tableName" | "keys"> & { readonly holds: HoldSupport | undefined },
  id: string,
): void {
  checkOwner(item, table, id);
  if (hasHolds(item)) holdsOf(table, id);
  const attribute = item[attributes.fence];
  if (attribute === undefined) return;
  const fence = Number(attribute.N);
  if (fence < PERMANENT_FENCE) return;
  const shards = item[attributes.shards]?.N;
  const why = Number.isNaN(fence)
    ? `has the write fence ${quoted(attribute)}, which is no time. Repair or delete the item.`
    : shards === undefined
      ? "was written by a newer version of @durable-counter/dynamodb. Upgrade this one."
      : `is spread over ${shards} shards. Create the store with shards: ${shards}, or count under another id.`;
  throw new CounterError("misconfigured", `${named(table, id)} ${why}`);
}

/** @throws CounterError `misconfigured` if the store does not have the capability that a counter with holds needs */
export function holdsOf(
  table: Pick<Table, "tableName"> & { readonly holds: HoldSupport | undefined },
  id: string,
): HoldSupport {
  if (table.holds !== undefined) return table.holds;
  throw new CounterError(
    "misconfigured",
    `${named(table, id)} has holds, and this store was created without them. Create it with capabilities: [holds].`,
  );
}
