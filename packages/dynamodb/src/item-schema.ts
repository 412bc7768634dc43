/** The attributes of the table's items, beside their keys, when they expire, and one attribute per idempotency key. */
export const attributes = {
  value: "value",
  /**
   * The write fence. Until this time, in seconds since 1970, writers must also check the separate key items: a plain update
   * would miss an idempotency key that is recorded there.
   */
  fence: "fence",
  /** A list of the idempotency keys that were moved into items of their own, in short: see moved-keys-list.ts. */
  moved: "moved",
  /** How many items the counter is spread over. */
  shards: "shards",
  /** The idempotency record of a key item. */
  record: "record",
  /** The sort key of the item whose value a key item's request changed. */
  owner: "owner",
  /**
   * When the first of the open holds expires, or earlier, in milliseconds since 1970; missing if none is open. The fraction
   * grows with every hold: as long as it is the same, no hold was placed.
   */
  due: "due",
  /** A random text of a counter with holds: what is left of a deleted counter of the same id has another one. */
  life: "life",
  /** A hold in an item of its own: when it expires, and its amount. */
  hold: "hold",
  /** What such a hold has taken; how it ended. */
  held: "held",
} as const;

/** A number as DynamoDB takes it. */
export function numberValue(value: number | bigint | string): { readonly N: string } {
  return { N: String(value) };
}

/** The sort key of the item that holds a counter's value; of a sharded counter's root item, which holds none. */
export const VALUE_SORT_KEY = "value";

/** The fence of an item that a plain update may never touch, such as the root item of a sharded counter. */
export const PERMANENT_FENCE = 99_999_999_999;

/**
 * The fence of a counter that has or had holds: from here on, added to the time until which key items record keys. A plain
 * update knows nothing of holds, so it may never touch such an item.
 */
export const HOLD_FENCE = 50_000_000_000;

/** The sort key of a shard. It contains the number of shards: a store never takes another store's shard for its own. */
export function shardSortKey(shards: number, shard: number): string {
  return `${shardPrefix(shards)}${shard}`;
}

export function shardPrefix(shards: number): string {
  return `${VALUE_SORT_KEY}/${shards}/`;
}

const SHARD = /^value\/\d+\/\d+$/u;

/** Whether this is the sort key of a shard, of whichever number. */
export function isShardSortKey(sortKey: string): boolean {
  return SHARD.test(sortKey);
}

const WINDOWS_PREFIX = "windows/";

/** The sort key of the item of a counter with windows. It contains their definition: with another, it is another counter. */
export function windowSortKey({ name }: { readonly name: string }): string {
  return `${WINDOWS_PREFIX}${name}`;
}

/** The sort key of the item that holds the value of a counter, or the values of its windows. */
export function valueSortKey(window: { readonly name: string } | undefined): string {
  return window === undefined ? VALUE_SORT_KEY : windowSortKey(window);
}

const WINDOW_PREFIX = "w#";

/** The attribute with the value of a counter; of a window, it is named after the start, in seconds since 1970. */
export function valueAttributeOf({ startsAt }: { readonly startsAt?: number | undefined }): string {
  return startsAt === undefined ? attributes.value : `${WINDOW_PREFIX}${startsAt / 1_000}`;
}

/** When the window of an attribute starts, in milliseconds since 1970; undefined for another attribute. */
export function windowStartOf(name: string): number | undefined {
  return name.startsWith(WINDOW_PREFIX) ? Number(name.slice(WINDOW_PREFIX.length)) * 1_000 : undefined;
}

/**
 * Begins the name of an attribute that holds an idempotency record in the counter's item, and the sort key of an item that
 * holds a record by itself: both are named alike.
 */
export const KEY_PREFIX = "k#";

/** Whether an item with this sort key belongs to a counter. Other items may lie beside it. */
export function isCounterSortKey(sortKey: string): boolean {
  return isValueSortKey(sortKey) || sortKey.startsWith(KEY_PREFIX);
}

/** Whether an item with this sort key may hold a value: of a counter, of its windows, or of a shard. */
export function isValueSortKey(sortKey: string): boolean {
  const isValue = sortKey === VALUE_SORT_KEY || sortKey.startsWith(`${VALUE_SORT_KEY}/`);
  return isValue || sortKey.startsWith(WINDOWS_PREFIX);
}

/** Begins the name of the attribute that says when a hold expires, and its amount. */
export const HOLD_PREFIX = "h#";

/**
 * Begins the sort key of an item that stands for an open hold in an item of its own, in the order of their expiry. It is found
 * where key items are, and is the name of none.
 */
export const OPEN_HOLD_PREFIX = `${KEY_PREFIX}@`;

const KEY_ITEM = /^k#(?:@[0-9a-z]*#\d+#)?[\w-]{16}$/u;

/** Whether this is the sort key of a key item, or of the item that stands for an open hold. */
export function isKeySortKey(sortKey: string): boolean {
  return KEY_ITEM.test(sortKey);
}

/** Begins the name of the attribute that says what a hold has taken, or how it ended. */
export const HELD_PREFIX = "a#";

/** Begin the names of the attributes that a counter's item may have beside those of `attributes`. */
export const RESERVED_PREFIXES = [KEY_PREFIX, HOLD_PREFIX, HELD_PREFIX, WINDOW_PREFIX] as const;
