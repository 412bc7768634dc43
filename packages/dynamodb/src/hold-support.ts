import type { AttributeValue, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import type { CounterWindow, Hold } from "@durable-counter/core";
import type { Waits } from "./back-off.ts";
import type { Item, Table } from "./read-item.ts";
import type { RecordedHold } from "./hold-record.ts";
import type { StoreCache } from "./store-cache.ts";
import type { CounterKey, TableKeys } from "./table-keys.ts";

/**
 * What the rest of a store asks of the capability `holds`. It is in the configuration of a store that has the capability, and
 * is called from there, never imported: the bundle of a store without holds has none of it.
 */
export interface HoldSupport {
  /** What a write of a counter has beside its own update and condition, so that no expired hold is left in the value. */
  readonly condition: (
    write: Pick<Placement, "startedAt" | "keyAttribute">,
    item: Item,
    isSameFence: boolean,
  ) => ExpressionPart;
  /** The same for a decrement that places a hold. */
  readonly placement: (write: Placement, item: Item, isSameFence: boolean) => ExpressionPart;
  /**
   * What is remembered of a counter's item beside its fence.
   *
   * @param hasPassed whether a write has just passed the fence without a look at a key item
   */
  readonly remembered: (item: Item, hasPassed: boolean) => Item;
  /** Whether a hold is placed in items of its own at once, by a transaction. */
  readonly isPlacedApart: (request: SeparatePlacementRequest, item: Item) => boolean;
  /** What a transaction has beside that of a plain batch; undefined if it places no hold. */
  readonly placeApart: (
    request: SeparatePlacementRequest,
    write: { readonly state: { readonly item: Item }; readonly change: { readonly kind: string } },
  ) => SeparatePlacement | undefined;
  /** @throws CounterError `invalid-input` for a hold that would outlast the window after the current one */
  readonly checkWindow: (request: WindowedPlacement) => void;
  /** Whether it would. */
  readonly outlastsWindow: (request: WindowedPlacement) => boolean;
  /**
   * The hold that a request has placed before.
   *
   * @throws CounterError `misconfigured` for a record that cannot be read
   */
  readonly placedBefore: (
    request: PlacedRequest,
    state: { readonly item: Item; readonly keyItem: Item },
  ) => Omit<RecordedHold, "end">;
  /** Gives back what expired holds have taken, unless another writer was at work on the item: false. */
  readonly settle: (table: HoldTable, key: CounterKey, item: Item, now: number) => Promise<boolean>;
  /** The counter's item, after that. */
  readonly readSettledItem: (table: HoldTable, key: CounterKey, now: number) => Promise<Item>;
  /** For a compaction: what is recorded of the hold of a key; undefined if the key is none of a hold. */
  readonly ofKey: (item: Item, keyAttribute: string) => HoldParts | undefined;
  /** For a compaction: the items of their own that the holds of some keys get. */
  readonly putMoved: (
    table: Pick<Table, "tableName" | "keys"> & { readonly cache: StoreCache },
    key: CounterKey,
    item: Item,
    isMoved: (keyAttribute: string) => boolean,
  ) => readonly TransactWriteItem[];
}

/** A table, as one call reaches it, with all that a settlement needs. */
export type HoldTable = Table & Waits & { readonly retentionSeconds: number };

/** A part of an update expression, and of its condition. */
export interface ExpressionPart {
  readonly condition: string;
  readonly set: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

/** Adds nothing to a write: for a counter without holds. */
export const NOTHING: ExpressionPart = { condition: "", set: "", names: {}, values: {} };

/** A write that may place a hold. */
export interface Placement {
  readonly hold: Hold | undefined;
  readonly keyAttribute: string;
  /** In milliseconds since 1970. */
  readonly startedAt: number;
  readonly config: { readonly keys: TableKeys; readonly random: () => number };
}

/** A request that may place a hold, in a window. */
export interface WindowedPlacement extends Pick<Placement, "hold" | "startedAt"> {
  readonly window: { readonly window: CounterWindow } | undefined;
}

/** A request that has placed a hold. */
export interface PlacedRequest {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly keyAttribute: string;
  readonly config: Pick<Table, "tableName">;
}

/** A write that may place a hold in items of its own. */
export interface SeparatePlacementRequest extends Placement, CounterKey {
  readonly hold: RecordedHold | undefined;
  readonly valueAttribute: string;
  readonly config: Placement["config"] &
    Pick<Table, "tableName" | "keys"> & { readonly strategy: string; readonly cache: StoreCache };
}

/** What the transaction that places a hold in items of its own has, beside that of a plain decrement. */
export interface SeparatePlacement {
  /** For the key item. */
  readonly inKeyItem: Item;
  /** For the update of the counter's item. */
  readonly part: ExpressionPart;
  /** The item that stands for the open hold. */
  readonly items: readonly TransactWriteItem[];
  /** What changes in the counter's item. */
  readonly written: Item;
  /** To be called with the error of the transaction. Returns whether none can be made. */
  readonly failed: (error: unknown) => boolean;
}

/** What is recorded of a hold in a counter's item. */
export interface HoldParts {
  /** The attributes to remove with the key: one that changes when the hold ends, and one that never does. */
  readonly changing: readonly [name: string, value: AttributeValue];
  readonly constant: string;
  /** Until when its end is remembered, in seconds since 1970; undefined if it is open. */
  readonly forgottenAt: number | undefined;
  /** Its attributes in the key item. */
  readonly inKeyItem: Item;
}
