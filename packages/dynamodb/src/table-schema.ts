/** The attributes of the table's items, beside their keys, when they expire, and one attribute per idempotency key. */
export const attributes = {
  value: "value",
  /**
   * The write fence. Until this time, in seconds since 1970, writers must also check the separate key items: a plain update
   * would miss an idempotency key that is recorded there.
   */
  fence: "fence",
  /** How many items the counter is spread over. */
  shards: "shards",
  /** The idempotency record of a key item. */
  record: "record",
  /** The sort key of the item whose value a key item's request changed. */
  owner: "owner",
} as const;

/** The sort key of the item that holds a counter's value; of a sharded counter's root item, which holds none. */
export const VALUE_SORT_KEY = "value";

/** The fence of an item that a plain update may never touch, such as the root item of a sharded counter. */
export const PERMANENT_FENCE = 99_999_999_999;

/** The sort key of a shard. It contains the number of shards: a store never takes another store's shard for its own. */
export function shardSortKey(shards: number, shard: number): string {
  return `${shardPrefix(shards)}${shard}`;
}

export function shardPrefix(shards: number): string {
  return `${VALUE_SORT_KEY}/${shards}/`;
}

/**
 * Begins the name of an attribute that holds an idempotency record in the counter's item, and the sort key of an item that
 * holds a record by itself: both are named alike.
 */
export const KEY_PREFIX = "k#";

/** Whether an item with this sort key belongs to a counter. Other items may lie beside it. */
export function isCounterSortKey(sortKey: string): boolean {
  return (
    sortKey === VALUE_SORT_KEY || sortKey.startsWith(`${VALUE_SORT_KEY}/`) || sortKey.startsWith(KEY_PREFIX)
  );
}
