import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Item } from "./read-item.ts";
import { attributes, KEY_PREFIX } from "./item-schema.ts";
import { isFenced, lapsedBefore } from "./write-fence.ts";

/**
 * The list of moved keys, in the counter's item: a tag for every idempotency key that has an item of its own. A request whose tag
 * is not in it needs no look at a key item, and no fence that is still the same: its condition is that the list has no such tag.
 *
 * The list is complete or missing. It begins with the first move behind a new write fence, changes only with the fence, and is
 * removed where it would become too long; until that fence has lapsed, writers then read key items as if it had never been there.
 *
 *     expiry in seconds since 1970 : tags ; expiry : tags ; …
 *
 * A part is dropped once all its keys have expired, with the time that is left for late attempts.
 */
const LIST = /^(?:\d+:[\w-]*;)*$/u;

/** 18 bits: of a thousand tags, a key meets another one's in one case of a hundred, and then costs a read. */
const TAG_LENGTH = 3;

/** About 1,000 tags, or 3 KB. With more, the larger item costs more than a read of the key item. */
const MAX_LENGTH = 3_000;

/** In a burst, where each of many processes would have to read the fence again after each move: about 12,000 tags. */
const MAX_BURST_LENGTH = 36_000;

/** Within how many seconds keys of a burst expire. */
const BURST_SECONDS = 60;

/** A key in an item of its own. */
export interface MovedKey {
  readonly keyAttribute: string;
  /** Until when it is recorded, in seconds since 1970. */
  readonly until: number;
}

/** What stands in the list for a key. */
export function tagOf(keyAttribute: string): string {
  return keyAttribute.slice(KEY_PREFIX.length, KEY_PREFIX.length + TAG_LENGTH);
}

/** Whether the item has a list of its moved keys. */
export function hasList(item: Item): boolean {
  return item[attributes.moved]?.S !== undefined;
}

/** Whether the item says that a key has no item of its own. */
export function isNotMoved(item: Item, keyAttribute: string): boolean {
  return hasList(item) && item[attributes.moved]?.S?.includes(tagOf(keyAttribute)) === false;
}

/**
 * The list after a move, to be written together with the next fence.
 *
 * @param item as it is when it is written
 * @param now in milliseconds since 1970
 * @returns undefined if there can be no list
 */
export function listWith(item: Item, moved: readonly MovedKey[], now: number): AttributeValue | undefined {
  // Behind a fence that has lapsed, no key is live.
  const before = isFenced(item, now) ? item[attributes.moved]?.S : "";
  if (before === undefined || !LIST.test(before)) return undefined;
  const until = Math.max(...moved.map((key) => key.until));
  const live = before.split(";").filter((part) => part !== "" && expiryOf(part) >= lapsedBefore(now));
  const parts = [...live, `${until}:${moved.map((key) => tagOf(key.keyAttribute)).join("")}`];
  const list = parts.map((part) => `${part};`).join("");
  const isBurst = until - Math.min(...parts.map(expiryOf)) < BURST_SECONDS;
  return list.length > (isBurst ? MAX_BURST_LENGTH : MAX_LENGTH) ? undefined : { S: list };
}

function expiryOf(part: string): number {
  return Number.parseInt(part, 10);
}
