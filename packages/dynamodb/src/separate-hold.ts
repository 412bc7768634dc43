import { startsCompaction } from "./compaction.ts";
import type { Item } from "./counter-item.ts";
import { isPlacedInline, keyItemOf, rememberHold } from "./hold-memory.ts";
import { dueOf, firstDue, nextDue } from "./hold-record.ts";
import type { SeparatePlacement, SeparatePlacementRequest } from "./hold-support.ts";
import { putMovedHold } from "./moved-hold.ts";
import { hasList } from "./moved-keys.ts";
import { itemName, valueName } from "./request-context.ts";
import { attributes, numberValue } from "./table-schema.ts";
import { hasMovedHolds, isFenced } from "./write-fence.ts";

/*
 * Where a counter has too many moved keys for a list of them, a hold in its item would take a read of the key item before, and a
 * move of the hold afterwards. One transaction can place it in items of its own at once. It has to know the value, because
 * transactions return none; so a process whose knowledge was wrong places its holds in the counter's item for a while.
 */

/** What is remembered of a counter's item, with its value. */
export function withKnownValue(request: SeparatePlacementRequest, item: Item): Item {
  const value = request.config.cache.values.get(valueName(request));
  return value === undefined ? item : { ...item, [request.valueAttribute]: numberValue(value) };
}

/** Whether the hold of a request is placed in items of its own at once. */
export function isPlacedApart(request: SeparatePlacementRequest, item: Item): boolean {
  const { config, startedAt, keyAttribute, valueAttribute } = request;
  const mayTransact = (config.cache.notMovedUntil.get(itemName(request)) ?? 0) <= startedAt;
  return (
    config.strategy !== "inline" &&
    mayTransact &&
    hasMovedHolds(item) &&
    isFenced(item, startedAt) &&
    !hasList(item) &&
    item[attributes.life] !== undefined &&
    item[valueAttribute] !== undefined &&
    // One hold in 32 is placed in the counter's item, so that what else is there gets its compaction.
    !startsCompaction(keyAttribute) &&
    !isPlacedInline(request)
  );
}

/** Places a hold in items of its own, over an item that must still be as it is known. */
export function placeApart(request: SeparatePlacementRequest, item: Item): SeparatePlacement | undefined {
  const { config, id, sortKey, keyAttribute, hold } = request;
  if (hold === undefined) return undefined;
  const { amount, expiresAt, startsAt } = hold;
  const open = { keyAttribute, amount, expiresAt, ...(startsAt !== undefined && { startsAt }) };
  const seen = item[attributes.due];
  const first = Math.min(expiresAt, dueOf(item));
  const due = seen === undefined ? firstDue(first, config.random) : nextDue(item, first);
  return {
    inKeyItem: keyItemOf(open, item),
    part: {
      condition: seen === undefined ? "attribute_not_exists(#due)" : "#due = :seenDue",
      set: ", #due = :due",
      names: {},
      values: { ":due": due, ...(seen !== undefined && { ":seenDue": seen }) },
    },
    openHold: putMovedHold(config, { id, sortKey }, item, open),
    due,
  };
}

/** After such a transaction. */
export function rememberPlacedApart(request: SeparatePlacementRequest): void {
  const { config, keyAttribute, hold } = request;
  if (hold !== undefined) rememberHold(config.cache, request, { ...hold, keyAttribute, isMoved: true });
}
