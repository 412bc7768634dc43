import type { CounterWindow } from "@durable-counter/core";
import { hasConditionFailed, reasonsOf } from "./aws-errors.ts";
import { startsCompaction } from "./compaction.ts";
import { mayTransact, refusesTransactions } from "./move-keys.ts";
import { forgetHold, isPlacedInline, keyItemOf, placeNextInline, rememberHold } from "./hold-memory.ts";
import type { HoldSupport } from "./hold-support.ts";
import { putMovedHold } from "./moved-hold.ts";
import { hasList } from "./moved-keys-list.ts";
import { placeOf } from "./read-counters.ts";
import { itemName, valueName } from "./request-context.ts";
import type { CallConfig } from "./store-options.ts";
import { attributes, numberValue } from "./item-schema.ts";
import { hasMovedHolds, isFenced } from "./write-fence.ts";
import { dueOf, firstDue, nextDue } from "./hold-expiry.ts";

/*
 * Where a counter has too many moved keys for a list of them, a hold in its item would take a read of the key item before, and a
 * move of the hold afterwards. One transaction can place it in items of its own at once. It has to know the value, because
 * transactions return none; so a process whose knowledge was wrong places its holds in the counter's item for a while.
 */

/** Adds the value to what is remembered of a counter's item: that of the current window, if it has windows. */
export function rememberValue(
  { cache, now }: Pick<CallConfig, "cache" | "now">,
  id: string,
  window: CounterWindow | undefined,
): void {
  const { sortKey, attribute: valueAttribute } = placeOf(window, now());
  const name = itemName({ id, sortKey });
  const item = cache.fencedItems.get(name);
  const value = cache.values.get(valueName({ id, sortKey, valueAttribute }));
  if (item !== undefined && value !== undefined)
    cache.fencedItems.set(name, { ...item, [valueAttribute]: numberValue(value) });
}

/** Whether the hold of a request is placed in items of its own at once. */
export const isPlacedApart: HoldSupport["isPlacedApart"] = (request, item) => {
  const { startedAt, keyAttribute, valueAttribute } = request;
  return (
    mayTransact(request) &&
    hasMovedHolds(item) &&
    isFenced(item, startedAt) &&
    !hasList(item) &&
    item[attributes.life] !== undefined &&
    item[valueAttribute] !== undefined &&
    // One hold in 32 is placed in the counter's item, so that what else is there gets its compaction.
    !startsCompaction(keyAttribute) &&
    !isPlacedInline(request)
  );
};

/** Places a hold in items of its own, over an item that must still be as it is known. */
export const placeApart: HoldSupport["placeApart"] = (request, { state: { item }, change }) => {
  const { config, id, sortKey, keyAttribute, hold } = request;
  const life = item[attributes.life];
  if (hold === undefined || life === undefined || change.kind === "refuse") return undefined;
  const { amount, expiresAt, startsAt } = hold;
  const open = { keyAttribute, amount, expiresAt, startsAt };
  const seen = item[attributes.due];
  const first = Math.min(expiresAt, dueOf(item));
  const due = seen === undefined ? firstDue(first, config.random) : nextDue(item, first);
  rememberHold(config.cache, request, { ...open, isMoved: true });
  return {
    inKeyItem: keyItemOf(open, item),
    part: {
      condition: `#life = :life AND ${seen === undefined ? "attribute_not_exists(#due)" : "#due = :seenDue"}`,
      set: ", #due = :due",
      names: {},
      values: { ":due": due, ":life": life, ...(seen !== undefined && { ":seenDue": seen }) },
    },
    items: [putMovedHold(config, { id, sortKey }, item, open)],
    written: { [attributes.due]: due },
    failed: (error) => {
      forgetHold(config.cache, request);
      const [, ofItem] = reasonsOf(error);
      if (hasConditionFailed(ofItem)) placeNextInline(request);
      return refusesTransactions(request, error);
    },
  };
};
