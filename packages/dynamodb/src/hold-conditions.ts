import type { Item } from "./read-item.ts";
import { holdAttributes, holdText } from "./hold-record.ts";
import { NOTHING, type ExpressionPart, type Placement } from "./hold-support.ts";
import { tagOf } from "./moved-keys-list.ts";
import { attributes, HOLD_FENCE, numberValue, PERMANENT_FENCE } from "./item-schema.ts";
import { fenceWithHolds, hasHolds, isFenced, lapsedBefore } from "./write-fence.ts";
import { dueOf, firstDue, nextDue, soonAfter, TICK } from "./hold-expiry.ts";

/** Holds, but no key item of this key: no plain update may touch the item, and one that knows of holds need not read a key item. */
const NOT_MOVED = "(#fence < :permanent AND attribute_exists(#moved) AND NOT contains(#moved, :tag))";
const HOLDS_ONLY = `#fence >= :holds AND (#fence < :holdsLapsed OR ${NOT_MOVED})`;
const LAPSED = "#fence < :lapsed OR (#fence >= :holds AND #fence < :holdsLapsed)";
const NOT_DUE = "(attribute_not_exists(#due) OR #due >= :soon)";
const NOT_DUE_AND_BEFORE = "(attribute_not_exists(#due) OR (#due >= :soon AND #due < :beyond))";

/**
 * What an update of a counter with holds has in its condition beside that of a plain update: no hold has expired whose amount
 * is not in the value again.
 *
 * @param item what is known of the counter's item
 * @param isSameFence whether the condition has the fence of the item already
 */
export function conditionOfHolds(
  { startedAt, keyAttribute }: Pick<Placement, "startedAt" | "keyAttribute">,
  item: Item,
  isSameFence: boolean,
): ExpressionPart {
  if (!hasHolds(item)) return NOTHING;
  return {
    condition: isSameFence ? NOT_DUE : `${HOLDS_ONLY} AND ${NOT_DUE}`,
    set: "",
    names: {},
    values: { ":soon": soonAfter(startedAt), ...(!isSameFence && fencesOfHolds(startedAt, keyAttribute)) },
  };
}

/**
 * What an update places a hold by, beside that of a plain decrement. Usually it need not know the item: the hold expires after
 * all others, or is the only one. Otherwise the item is known, and `due` is replaced.
 */
export function placementOfHold(
  { hold, keyAttribute, startedAt, config }: Placement,
  item: Item,
  isSameFence: boolean,
): ExpressionPart {
  if (hold === undefined) return conditionOfHolds({ startedAt, keyAttribute }, item, isSameFence);
  const { keys } = config;
  const names = holdAttributes(keyAttribute);
  const { [attributes.due]: due, [attributes.fence]: fence } = item;
  // What a counter without holds has in the place of `due` is not ours, and says nothing.
  const isFirst = due !== undefined && (dueOf(item) > hold.expiresAt || !hasHolds(item));
  // A fence that has lapsed begins anew, and any other one stays: of an item that was not seen, whichever it has.
  const isLapsed = fence !== undefined && !isFenced(item, startedAt);
  // In a table of several uses, an item without a fence is not a counter's.
  const isMissing = `attribute_not_exists(${keys.isShared ? "#id" : "#fence"})`;
  const conditions = [
    ...(isSameFence
      ? []
      : [isLapsed ? LAPSED : `${isMissing} OR (${HOLDS_ONLY})`].map((each) => `(${each})`)),
    isFirst ? "#due = :seenDue" : NOT_DUE_AND_BEFORE,
  ];
  const sets = [
    "#hold = :hold",
    "#held = :held",
    "#life = if_not_exists(#life, :life)",
    `#fence = ${isSameFence || isLapsed ? ":nextFence" : "if_not_exists(#fence, :nextFence)"}`,
    isFirst ? "#due = :due" : "#due = if_not_exists(#due, :due) + :tick",
  ];
  return {
    condition: conditions.join(" AND "),
    set: `, ${sets.join(", ")}`,
    names: { "#hold": names.hold, "#held": names.held },
    values: {
      ":hold": holdText(hold),
      ":held": numberValue(hold.amount),
      ":life": { S: Math.floor(config.random() * 36 ** 8).toString(36) },
      ":nextFence": isSameFence ? fenceWithHolds(item) : numberValue(HOLD_FENCE),
      ...(isFirst
        ? { ":due": nextDue(item, hold.expiresAt), ":seenDue": due }
        : {
            ":due": firstDue(hold.expiresAt, config.random),
            ":tick": numberValue(TICK),
            ":soon": soonAfter(startedAt),
            ":beyond": numberValue(hold.expiresAt + 1),
          }),
      ...(!isSameFence && fencesOfHolds(startedAt, keyAttribute)),
    },
  };
}

function fencesOfHolds(now: number, keyAttribute: string) {
  return {
    ":lapsed": numberValue(lapsedBefore(now)),
    ":permanent": numberValue(PERMANENT_FENCE),
    ":tag": { S: tagOf(keyAttribute) },
    ":holds": numberValue(HOLD_FENCE),
    ":holdsLapsed": numberValue(HOLD_FENCE + lapsedBefore(now)),
  };
}
