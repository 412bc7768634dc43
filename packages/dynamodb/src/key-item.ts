import type { AttributeValue, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import type { Item, Table } from "./read-item.ts";
import { withParameters } from "./expression-parameters.ts";
import { itemKey, type CounterKey } from "./table-keys.ts";
import { attributes, numberValue } from "./item-schema.ts";
import { GRACE_SECONDS } from "./write-fence.ts";

/** The item whose value a request changes. */
interface KeyItemOwner extends CounterKey {
  readonly config: Pick<Table, "tableName" | "keys">;
}

/**
 * For a transaction: records a key in an item of its own, over whatever record that item holds.
 *
 * @param hold the attributes of the hold that the request has placed, if it has
 */
export function putKeyItem(
  { config, id, sortKey }: KeyItemOwner,
  keyAttribute: string,
  record: AttributeValue,
  expiresAt: number,
  hold: Item = {},
) {
  const Item = {
    ...itemKey(config, { id, sortKey: keyAttribute }),
    [attributes.record]: record,
    [attributes.owner]: { S: sortKey },
    // An open hold does not expire with its item: someone has to give back what it has taken.
    ...(hold[attributes.held]?.N === undefined && {
      [config.keys.timeToLive]: numberValue(expiresAt + GRACE_SECONDS),
    }),
    ...hold,
  };
  return {
    Put: { TableName: config.tableName, Item, ...isOwnOrMissing(config) },
  } satisfies TransactWriteItem;
}

/** For a transaction: records a key if its key item still holds the expected record. */
export function replaceKeyItem(
  expected: AttributeValue | undefined,
  ...keyItem: Parameters<typeof putKeyItem>
): TransactWriteItem {
  return { Put: { ...putKeyItem(...keyItem).Put, ...holds(expected, keyItem[0].config) } };
}

/** For a transaction over a table of several uses: the key item is missing or a counter's. */
function isOwnOrMissing(table: Pick<Table, "keys">) {
  const ConditionExpression = "attribute_not_exists(#id) OR attribute_exists(#record)";
  return table.keys.isShared && withParameters(table, { ConditionExpression });
}

function holds(expected: AttributeValue | undefined, table: Pick<Table, "keys">) {
  const ConditionExpression = expected === undefined ? "attribute_not_exists(#id)" : "#record = :expected";
  return {
    ...withParameters(table, { ConditionExpression }, { values: { ":expected": expected } }),
    ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
  };
}
