import {
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type AttributeValue,
} from "@aws-sdk/client-dynamodb";
import { isBusy, reasonsOf, translateError } from "./aws-errors.ts";
import { backOff } from "./back-off.ts";
import { itemsOfPages, readItem, valueOf, type Item } from "./counter-item.ts";
import { endText, holdAttributes, isDue, nextDue, openHolds, type OpenHold } from "./hold-record.ts";
import { endOfMovedHold, movedHoldPrefix, movedHoldsFrom, toOpenHold } from "./moved-hold.ts";
import type { CallConfig } from "./store-options.ts";
import { itemKey } from "./table-keys.ts";
import { attributes, VALUE_SORT_KEY } from "./table-schema.ts";
import { untilAborted } from "./time-limit.ts";
import { hasMovedHolds } from "./write-fence.ts";
import { isConditionFailure } from "./write-outcome.ts";

/** Below DynamoDB's 300 operators per expression, and 100 items per transaction, of which a hold takes two. */
const MAX_SETTLED = 40;

/** A hold that the counter has no room for stays open; after this time there may be room. */
const NO_ROOM_MS = 60_000;

/** As often as a write that other writers overtake. */
const MAX_ATTEMPTS = 100;

/** How expired holds are given back, by one write. */
export interface Settlement {
  /** The expired holds in the counter's item. */
  readonly inline: readonly OpenHold[];
  /** The expired holds in items of their own. */
  readonly moved: readonly OpenHold[];
  readonly back: number;
  /** When the first hold expires that stays open. Undefined if none does. */
  readonly due: number | undefined;
}

/**
 * How the expired holds of a counter are given back. Pure.
 *
 * @param moved the open holds in items of their own, those that expire first, in the order of their expiry
 * @param now in milliseconds since 1970
 */
export function settlementOf(
  value: number,
  inline: readonly OpenHold[],
  moved: readonly OpenHold[],
  now: number,
): Settlement {
  const all = [...inline, ...moved].toSorted((one, other) => one.expiresAt - other.expiresAt);
  const settled = new Set<OpenHold>();
  let back = 0;
  let due = Infinity;
  for (const hold of all) {
    const isExpired = hold.expiresAt <= now;
    const hasRoom = value + back <= Number.MAX_SAFE_INTEGER - hold.amount;
    if (isExpired && hasRoom && settled.size < MAX_SETTLED) {
      settled.add(hold);
      back += hold.amount;
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
export async function readSettledItem(config: CallConfig, id: string, now: number): Promise<Item> {
  for (let attempt = 1; ; attempt++) {
    const item = await readItem(config, { id, sortKey: VALUE_SORT_KEY }, { consistent: true });
    if (!isDue(item, now) || attempt > MAX_ATTEMPTS) return item;
    if (attempt > 2) await backOff(attempt - 2, config);
    await settle(config, id, item, now);
  }
}

/**
 * Gives back what expired holds have taken: by one update, or by one transaction if holds are kept in items of their own. Its
 * condition is that no hold was placed, and that these are still open. Whether it took place is for a next read to say.
 *
 * @throws CounterError `throttled`, `unavailable`, `misconfigured`
 */
export async function settle(config: CallConfig, id: string, item: Item, now: number): Promise<void> {
  const { client, tableName, signal, retentionSeconds } = config;
  try {
    const moved = hasMovedHolds(item) ? await firstMovedHolds(config, id, item) : [];
    const settlement = settlementOf(valueOf(item, config, id) ?? 0, openHolds(item), moved, now);
    const end = endText({ type: "expired" }, Math.floor(now / 1_000) + retentionSeconds);
    const Update = {
      TableName: tableName,
      Key: itemKey(config, { id, sortKey: VALUE_SORT_KEY }),
      ...updateOf(item, settlement, end),
    };
    if (settlement.moved.length === 0) {
      await untilAborted(signal, () => client.send(new UpdateItemCommand(Update), { abortSignal: signal }));
      return;
    }
    const ends = settlement.moved.flatMap((hold) => endOfMovedHold(config, id, item, hold, end));
    const command = new TransactWriteItemsCommand({ TransactItems: [{ Update }, ...ends] });
    await untilAborted(signal, () => client.send(command, { abortSignal: signal }));
  } catch (error) {
    const wasOvertaken =
      isConditionFailure(error) || reasonsOf(error).some(({ Code }) => Code === "ConditionalCheckFailed");
    // A settlement whose reply was lost is found by the next read.
    if (!wasOvertaken && !isBusy(error))
      throw translateError(error, { tableName, counterId: id, wrote: false });
  }
}

/** The counter's part: the amounts, and what becomes of its own holds. */
/**
 * Gives back what expired holds have taken of several counters, each by itself.
 *
 * @param itemOf the item of a request's counter, as it was read
 * @returns whether there were any: then the items must be read again
 * @throws CounterError `throttled`, `unavailable`, `misconfigured`
 */
export async function settleEach(
  requests: readonly { readonly config: CallConfig; readonly id: string; readonly startedAt: number }[],
  itemOf: (index: number) => Item,
): Promise<boolean> {
  const due = requests
    .map((request, index) => ({ ...request, item: itemOf(index) }))
    .filter(({ item, startedAt }) => isDue(item, startedAt));
  for (const { config, id, item, startedAt } of due) await settle(config, id, item, startedAt);
  return due.length > 0;
}

function updateOf(item: Item, { inline, back, due }: Settlement, end: AttributeValue) {
  const names = inline.map(({ keyAttribute }) => holdAttributes(keyAttribute).held);
  const sets = ["#value = #value + :back", ...names.map((_, index) => `#a${index} = :end`)];
  if (due !== undefined) sets.push("#due = :due");
  return {
    UpdateExpression: `SET ${sets.join(", ")}${due === undefined ? " REMOVE #due" : ""}`,
    ConditionExpression: [
      "#due = :seenDue",
      "#fence = :seenFence",
      "#value <= :room",
      ...names.map((_, index) => `#a${index} = :seen${index}`),
    ].join(" AND "),
    ExpressionAttributeNames: {
      "#value": attributes.value,
      "#due": attributes.due,
      "#fence": attributes.fence,
      ...Object.fromEntries(names.map((name, index) => [`#a${index}`, name])),
    },
    ExpressionAttributeValues: {
      ":back": { N: String(back) },
      ":room": { N: String(Number.MAX_SAFE_INTEGER - back) },
      ":seenDue": item[attributes.due] ?? MISSING,
      ":seenFence": item[attributes.fence] ?? MISSING,
      ...(names.length > 0 && { ":end": end }),
      ...(due !== undefined && { ":due": nextDue(item, due) }),
      ...Object.fromEntries(names.map((name, index) => [`:seen${index}`, item[name] ?? MISSING])),
    },
  };
}

/** Equals no attribute of a counter. */
const MISSING: AttributeValue = { NULL: true };

/** Those of the open holds in items of their own that expire first. */
async function firstMovedHolds(config: CallConfig, id: string, item: Item): Promise<readonly OpenHold[]> {
  const { client, tableName, signal } = config;
  const command = new QueryCommand({
    TableName: tableName,
    ...movedHoldsFrom(config, id, item, movedHoldPrefix(item)),
    Limit: MAX_SETTLED + 1,
  });
  const { Items = [] } = await untilAborted(signal, () => client.send(command, { abortSignal: signal }));
  return Items.map((moved) => toOpenHold(config, moved));
}

/**
 * The sum of the open holds that have not expired.
 *
 * @throws CounterError `throttled`, `unavailable`, `misconfigured`
 */
export async function sumOfHolds(config: CallConfig, id: string, now: number): Promise<number> {
  const { client, tableName, signal } = config;
  const item = await readItem(config, { id, sortKey: VALUE_SORT_KEY }, { consistent: true });
  const open = new Map(openHolds(item).map((hold) => [hold.keyAttribute, hold]));
  const sum = () =>
    [...open.values()].reduce(
      (total, { expiresAt, amount }) => (expiresAt > now ? total + amount : total),
      0,
    );
  if (!hasMovedHolds(item)) return sum();
  try {
    const input = {
      TableName: tableName,
      ...movedHoldsFrom(config, id, item, movedHoldPrefix(item, now + 1)),
    };
    for await (const moved of itemsOfPages((ExclusiveStartKey) =>
      untilAborted(signal, () =>
        client.send(new QueryCommand({ ...input, ExclusiveStartKey }), { abortSignal: signal }),
      ),
    )) {
      const hold = toOpenHold(config, moved);
      open.set(hold.keyAttribute, hold); // It may have been moved since the item was read.
    }
  } catch (error) {
    throw translateError(error, { tableName, counterId: id, wrote: false });
  }
  return sum();
}
