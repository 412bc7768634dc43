import {
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type AttributeValue,
} from "@aws-sdk/client-dynamodb";
import { notSettled } from "./request-errors.ts";
import { hasConditionFailed, isBusy, isConditionFailure, reasonsOf, translateError } from "./aws-errors.ts";
import { backOff, MAX_OVERTAKEN } from "./back-off.ts";
import { readItem, valueOf, type Item } from "./read-item.ts";
import { endText, holdAttributes, openHolds, type OpenHold } from "./hold-record.ts";
import { endOfMovedHold, movedHoldsFrom, toOpenHold } from "./moved-hold.ts";
import type { HoldTable } from "./hold-support.ts";
import { itemAt, type CounterKey } from "./table-keys.ts";
import { attributes, numberValue, valueAttributeOf } from "./item-schema.ts";
import { send } from "./send.ts";
import { hasMovedHolds } from "./write-fence.ts";
import { isDue, nextDue } from "./hold-expiry.ts";

/** Below DynamoDB's 300 operators per expression, and 100 items per transaction, of which a hold takes two. */
const MAX_SETTLED = 40;

/** A hold that the counter has no room for stays open; after this time there may be room. */
const NO_ROOM_MS = 60_000;

/** How expired holds are given back, by one write. */
export interface Settlement {
  /** The expired holds in the counter's item. */
  readonly inline: readonly OpenHold[];
  /** The expired holds in items of their own. */
  readonly moved: readonly OpenHold[];
  /** How much comes back to each value, by its attribute: with windows, there are several. */
  readonly back: ReadonlyMap<string, number>;
  /** When the first hold expires that stays open. Undefined if none does. */
  readonly due: number | undefined;
}

/**
 * How the expired holds of a counter are given back. Pure.
 *
 * @param values by their attribute
 * @param moved the open holds in items of their own, those that expire first, in the order of their expiry
 * @param now in milliseconds since 1970
 */
export function settlementOf(
  values: ReadonlyMap<string, number>,
  inline: readonly OpenHold[],
  moved: readonly OpenHold[],
  now: number,
): Settlement {
  const all = [...inline, ...moved].toSorted((one, other) => one.expiresAt - other.expiresAt);
  const settled = new Set<OpenHold>();
  const back = new Map<string, number>();
  let due = Infinity;
  for (const hold of all) {
    const isExpired = hold.expiresAt <= now;
    const attribute = valueAttributeOf(hold);
    const before = back.get(attribute) ?? 0;
    const hasRoom = (values.get(attribute) ?? 0) + before <= Number.MAX_SAFE_INTEGER - hold.amount;
    if (isExpired && hasRoom && settled.size < MAX_SETTLED) {
      settled.add(hold);
      back.set(attribute, before + hold.amount);
    } else {
      due = Math.min(due, isExpired && !hasRoom ? now + NO_ROOM_MS : hold.expiresAt);
    }
  }
  const isSettled = (hold: OpenHold) => settled.has(hold);
  return {
    inline: inline.filter(isSettled),
    moved: moved.filter(isSettled),
    back,
    due: due === Infinity ? undefined : due,
  };
}

/**
 * Reads a counter's item, and gives back what expired holds have taken, if there are any.
 *
 * @throws CounterError `throttled`, `unavailable`, `misconfigured`
 */
export async function readSettledItem(table: HoldTable, key: CounterKey, now: number): Promise<Item> {
  for (let overtaken = 0; ;) {
    const item = await readItem(table, key, { consistent: true });
    if (!isDue(item, now)) return item;
    if (await settle(table, key, item, now)) continue;
    if (++overtaken > MAX_OVERTAKEN) throw notSettled(table, key.id);
    await backOff(overtaken, table);
  }
}

/**
 * Gives back what expired holds have taken: by one update, or by one transaction if holds are kept in items of their own. Its
 * condition is that no hold was placed, and that these are still open. What is left is for a next read to say.
 *
 * @returns whether it took place; otherwise another writer was at work on the item
 * @throws CounterError `throttled`, `unavailable`, `misconfigured`
 */
export async function settle(table: HoldTable, key: CounterKey, item: Item, now: number): Promise<boolean> {
  const { tableName, retentionSeconds } = table;
  const { id } = key;
  try {
    const moved = hasMovedHolds(item) ? await firstMovedHolds(table, id, item) : [];
    const inline = openHolds(item);
    const names = new Set([...inline, ...moved].map(valueAttributeOf));
    const values = new Map(Array.from(names, (name) => [name, valueOf(item, table, id, name) ?? 0]));
    const settlement = settlementOf(values, inline, moved, now);
    const end = endText({ type: "expired" }, Math.floor(now / 1_000) + retentionSeconds);
    const Update = {
      ...itemAt(table, key),
      ...updateOf(item, settlement, end),
    };
    if (settlement.moved.length === 0) {
      await send(table, () => new UpdateItemCommand(Update));
      return true;
    }
    const ends = settlement.moved.flatMap((hold) => endOfMovedHold(table, id, item, hold, end));
    await send(table, () => new TransactWriteItemsCommand({ TransactItems: [{ Update }, ...ends] }));
    return true;
  } catch (error) {
    const wasOvertaken = isConditionFailure(error) || reasonsOf(error).some(hasConditionFailed);
    // A settlement whose reply was lost is found by the next read.
    if (!wasOvertaken && !isBusy(error))
      throw translateError(error, { tableName, counterId: id, wrote: false });
    return false;
  }
}

/** The counter's part: the amounts, and what becomes of its own holds. */
function updateOf(item: Item, { inline, back, due }: Settlement, end: AttributeValue) {
  const names = inline.map(({ keyAttribute }) => holdAttributes(keyAttribute).held);
  const returned = Array.from(back, ([name, amount], index) => ({ name, amount, index }));
  const sets = [
    ...returned.map(({ index }) => `#v${index} = #v${index} + :b${index}`),
    ...names.map((_, index) => `#a${index} = :end`),
    ...(due === undefined ? [] : ["#due = :due"]),
  ];
  const removed = due === undefined ? " REMOVE #due" : "";
  return {
    UpdateExpression: `${sets.length === 0 ? "" : `SET ${sets.join(", ")}`}${removed}`.trim(),
    ConditionExpression: [
      "#due = :seenDue",
      "#fence = :seenFence",
      ...returned.map(({ index }) => `#v${index} <= :r${index}`),
      ...names.map((_, index) => `#a${index} = :s${index}`),
    ].join(" AND "),
    ExpressionAttributeNames: {
      "#due": attributes.due,
      "#fence": attributes.fence,
      ...Object.fromEntries(returned.map(({ name, index }) => [`#v${index}`, name])),
      ...Object.fromEntries(names.map((name, index) => [`#a${index}`, name])),
    },
    ExpressionAttributeValues: {
      ":seenDue": item[attributes.due] ?? MISSING,
      ":seenFence": item[attributes.fence] ?? MISSING,
      ...(names.length > 0 && { ":end": end }),
      ...(due !== undefined && { ":due": nextDue(item, due) }),
      ...Object.fromEntries(
        returned.flatMap(({ amount, index }) => [
          [`:b${index}`, numberValue(amount)],
          [`:r${index}`, numberValue(Number.MAX_SAFE_INTEGER - amount)],
        ]),
      ),
      ...Object.fromEntries(names.map((name, index) => [`:s${index}`, item[name] ?? MISSING])),
    },
  };
}

/** Equals no attribute of a counter. */
const MISSING: AttributeValue = { NULL: true };

/** Those of the open holds in items of their own that expire first. */
async function firstMovedHolds(config: HoldTable, id: string, item: Item): Promise<readonly OpenHold[]> {
  const command = new QueryCommand({
    ...movedHoldsFrom(config, id, item),
    Limit: MAX_SETTLED + 1,
  });
  const { Items = [] } = await send(config, () => command);
  return Items.map((moved) => toOpenHold(config, moved));
}
