import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Item } from "./counter-item.ts";
import { dueOf, firstDue, holdAttributes, holdText, nextDue, TICK } from "./hold-record.ts";
import { NOTHING, type ExpressionPart, type Placement } from "./hold-support.ts";
import { attributes, HOLD_FENCE, numberValue } from "./table-schema.ts";
import { fenceWithHolds, hasHolds, lapsedBefore } from "./write-fence.ts";

/** Holds, but no key items: no plain update may touch the item, and one that knows of holds need not look for a key item. */
const HOLDS_ONLY = "#fence >= :holds AND #fence < :holdsLapsed";
const NOT_FENCED_OR_HOLDS_ONLY = `(attribute_not_exists(#fence) OR #fence < :lapsed OR (${HOLDS_ONLY}))`;
/** In a table of several uses: an item without a fence is not a counter's. */
const OWN_AND_NOT_FENCED_OR_HOLDS_ONLY = `(attribute_not_exists(#id) OR #fence < :lapsed OR (${HOLDS_ONLY}))`;
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
  { startedAt }: Pick<Placement, "startedAt">,
  item: Item,
  isSameFence: boolean,
): ExpressionPart {
  if (!hasHolds(item)) return NOTHING;
  return {
    condition: isSameFence ? NOT_DUE : `${HOLDS_ONLY} AND ${NOT_DUE}`,
    set: "",
    names: {},
    values: { ":soon": soonAfter(startedAt), ...(!isSameFence && fencesOfHolds(startedAt)) },
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
  if (hold === undefined) return conditionOfHolds({ startedAt }, item, isSameFence);
  const { keys } = config;
  const names = holdAttributes(keyAttribute);
  const { [attributes.due]: due } = item;
  // What a counter without holds has in the place of `due` is not ours, and says nothing.
  const isFirst = due !== undefined && (dueOf(item) > hold.expiresAt || !hasHolds(item));
  const conditions = [
    ...(isSameFence ? [] : [keys.isShared ? OWN_AND_NOT_FENCED_OR_HOLDS_ONLY : NOT_FENCED_OR_HOLDS_ONLY]),
    isFirst ? "#due = :seenDue" : NOT_DUE_AND_BEFORE,
  ];
  const sets = [
    "#hold = :hold",
    "#held = :held",
    "#life = if_not_exists(#life, :life)",
    "#fence = :nextFence",
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
      ...(!isSameFence && { ...fencesOfHolds(startedAt), ":lapsed": numberValue(lapsedBefore(startedAt)) }),
    },
  };
}

/** The earliest `due` of a counter on which no hold has expired. */
export function soonAfter(now: number): AttributeValue {
  return numberValue(now + 1);
}

function fencesOfHolds(now: number) {
  return {
    ":holds": numberValue(HOLD_FENCE),
    ":holdsLapsed": numberValue(HOLD_FENCE + lapsedBefore(now)),
  };
}
