import type { AttributeValue, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import type { Item, Table } from "./read-item.ts";
import { withParameters } from "./expression-parameters.ts";
import { forgottenAt, holdAttributes, holdText, readHoldText, type OpenHold } from "./hold-record.ts";
import { itemAt, itemKey, sortKeyOf, type CounterKey } from "./table-keys.ts";
import { attributes, KEY_PREFIX, OPEN_HOLD_PREFIX, numberValue } from "./item-schema.ts";
import { GRACE_SECONDS } from "./write-fence.ts";

/*
 * A hold that was moved out of the counter's item is in the key item of its idempotency key. As long as it is open, there is
 * a second item, whose sort key begins with the time at which it expires: by it, one query finds what has expired. Who
 * deletes the second item ends the hold.
 */

const TIME_DIGITS = 15;

/**
 * Begins the sort keys of the open holds that expire at a time or later; without a time, of all of them. An open hold that is
 * left of a deleted counter of this id is not among them.
 */
function movedHoldPrefix({ [attributes.life]: life }: Item, from?: number): string {
  const time = from === undefined ? "" : String(from).padStart(TIME_DIGITS, "0");
  return `${OPEN_HOLD_PREFIX}${life?.S ?? ""}#${time}`;
}

function openHoldKey(item: Item, { expiresAt, keyAttribute }: Pick<OpenHold, "expiresAt" | "keyAttribute">) {
  return `${movedHoldPrefix(item, expiresAt)}#${keyAttribute.slice(KEY_PREFIX.length)}`;
}

/** The input of a query for the open holds of a counter that expire at a time or later, in the order of their expiry. */
export function movedHoldsFrom(
  table: Pick<Table, "tableName" | "keys">,
  id: string,
  item: Item,
  from?: number,
) {
  return {
    TableName: table.tableName,
    ...withParameters(
      table,
      { KeyConditionExpression: "#id = :id AND #sortKey BETWEEN :from AND :to" },
      {
        values: {
          ":id": { S: table.keys.prefix + id },
          ":from": { S: movedHoldPrefix(item, from) },
          ":to": { S: `${movedHoldPrefix(item)}~` },
        },
      },
    ),
    ConsistentRead: true,
  };
}

/** The open hold of an item that such a query found. */
export function toOpenHold(table: Pick<Table, "keys">, item: Item): OpenHold {
  const [time = "", hash = ""] = sortKeyOf(table, item).split("#").slice(2);
  const { startsAt } = readHoldText(item[attributes.hold]) ?? {};
  return {
    expiresAt: Number(time),
    keyAttribute: KEY_PREFIX + hash,
    amount: Number(item[attributes.held]?.N ?? 0),
    startsAt,
  };
}

/** For a key item: the hold of the key. */
export function holdInKeyItem(item: Item, keyAttribute: string): Item {
  const names = holdAttributes(keyAttribute);
  const { [names.hold]: hold, [names.held]: held, [attributes.life]: life } = item;
  if (hold === undefined || held === undefined || life === undefined) return {};
  return { [attributes.hold]: hold, [attributes.held]: held, [attributes.life]: life };
}

/** For a transaction: the second item of an open hold. */
export function putMovedHold(
  table: Pick<Table, "tableName" | "keys">,
  { id, sortKey }: CounterKey,
  item: Item,
  hold: OpenHold,
) {
  const Item = {
    ...itemKey(table, { id, sortKey: openHoldKey(item, hold) }),
    [attributes.held]: numberValue(hold.amount),
    [attributes.owner]: { S: sortKey },
    ...(hold.startsAt !== undefined && { [attributes.hold]: holdText(hold) }),
  };
  return { Put: { TableName: table.tableName, Item } } satisfies TransactWriteItem;
}

/** For a transaction: ends an open hold, if no one else has ended it. */
export function endOfMovedHold(
  { retentionSeconds, ...table }: Pick<Table, "tableName" | "keys"> & { readonly retentionSeconds: number },
  id: string,
  item: Item,
  hold: OpenHold,
  end: AttributeValue,
): TransactWriteItem[] {
  const at = (sortKey: string) => itemAt(table, { id, sortKey });
  const keptUntil = Math.max(forgottenAt(end) ?? 0, Math.ceil(hold.expiresAt / 1_000) + retentionSeconds);
  return [
    {
      Delete: {
        ...at(openHoldKey(item, hold)),
        ...withParameters(table, { ConditionExpression: "attribute_exists(#id)" }),
      },
    },
    {
      Update: {
        ...at(hold.keyAttribute),
        ...withParameters(
          table,
          {
            UpdateExpression: "SET #held = :end, #expiresAt = :expiresAt",
            ConditionExpression: "#life = :life AND #held = :held",
          },
          {
            values: {
              ":end": end,
              ":held": numberValue(hold.amount),
              ":expiresAt": numberValue(keptUntil + GRACE_SECONDS),
              ":life": item[attributes.life] ?? { S: "" },
            },
          },
        ),
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
  ];
}
