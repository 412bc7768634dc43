import type { Item } from "./read-item.ts";
import { holdAttributes, holdText, type OpenHold } from "./hold-record.ts";
import { hasList } from "./moved-keys-list.ts";
import { inFlightName, itemName } from "./request-context.ts";
import { BoundedMap, type ItemRequest, type StoreCache } from "./store-cache.ts";
import { attributes, numberValue } from "./item-schema.ts";
import type { CounterKey } from "./table-keys.ts";

/** Names a hold, or its counter. */
interface HoldName extends CounterKey {
  readonly keyAttribute: string;
}

/** What one store remembers of the holds that it has placed or moved. It saves requests, and is never relied on. */
interface HoldMemory {
  readonly holds: BoundedMap<KnownHold>;
  /** Whether the hold of a counter that was ended last was in an item of its own. */
  readonly areMoved: BoundedMap<boolean>;
  /** Until when the holds of a counter are placed in its item, in milliseconds since 1970, because its value was not as known. */
  readonly inlineUntil: BoundedMap<number>;
}

/** A process that is not the only one to write a counter seldom knows its value. */
const INLINE_MS = 60_000;

/** A hold that was open when this store last heard of it. What it is never changes. */
export interface KnownHold extends OpenHold {
  /** Whether it is certainly in an item of its own. */
  readonly isMoved: boolean;
}

const memories = new WeakMap<StoreCache, HoldMemory>();

function memoryOf(cache: StoreCache): HoldMemory {
  const known = memories.get(cache) ?? {
    holds: new BoundedMap(),
    areMoved: new BoundedMap(),
    inlineUntil: new BoundedMap(),
  };
  memories.set(cache, known);
  return known;
}

export function knownHold(cache: StoreCache, name: HoldName): KnownHold | undefined {
  return memoryOf(cache).holds.get(inFlightName(name));
}

/** A hold that is known to be moved stays so. */
export function rememberHold(cache: StoreCache, name: HoldName, hold: KnownHold): void {
  const isMoved = hold.isMoved || knownHold(cache, name)?.isMoved === true;
  memoryOf(cache).holds.set(inFlightName(name), { ...hold, isMoved });
}

/** What is remembered of a list of moved keys: the condition of the next write looks its key up in the item. */
const LISTED: Item = { [attributes.moved]: { S: "" } };

/** What is remembered of the item of a counter with holds. Without a key item, a write passes its fence only by the list. */
export function remembered(item: Item, hasPassed: boolean): Item {
  const { [attributes.due]: due, [attributes.life]: life } = item;
  return {
    ...(due !== undefined && { [attributes.due]: due }),
    ...(life !== undefined && { [attributes.life]: life }),
    ...((hasPassed || hasList(item)) && LISTED),
  };
}

/** After a hold was ended, or was found to have ended; or was not placed. */
export function forgetHold(cache: StoreCache, name: HoldName, wasMoved?: boolean): void {
  memoryOf(cache).holds.delete(inFlightName(name));
  if (wasMoved !== undefined) memoryOf(cache).areMoved.set(itemName(name), wasMoved);
}

/** Whether a hold of which nothing is known is probably in an item of its own. */
export function isProbablyMoved(cache: StoreCache, name: HoldName): boolean {
  return memoryOf(cache).areMoved.get(itemName(name)) === true;
}

/** What the counter's item has of a hold that was not moved, as long as it is open. */
export function inlineItemOf(hold: OpenHold): Item {
  const { hold: name, held } = holdAttributes(hold.keyAttribute);
  return { [name]: holdText(hold), [held]: numberValue(hold.amount) };
}

/** What the key item of a moved hold has of it, as long as it is open. */
export function keyItemOf(hold: OpenHold, { [attributes.life]: life }: Item): Item {
  return {
    [attributes.hold]: holdText(hold),
    [attributes.held]: numberValue(hold.amount),
    ...(life !== undefined && { [attributes.life]: life }),
  };
}

/** Whether the next holds of a counter are placed in its item. */
export function isPlacedInline({ config, startedAt, ...name }: ItemRequest): boolean {
  return (memoryOf(config.cache).inlineUntil.get(itemName(name)) ?? 0) > startedAt;
}

/** After a transaction that did not know the value. */
export function placeNextInline({ config, startedAt, ...name }: ItemRequest): void {
  memoryOf(config.cache).inlineUntil.set(itemName(name), startedAt + INLINE_MS);
}
