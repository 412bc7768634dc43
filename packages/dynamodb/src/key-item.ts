import type { AttributeValue, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { itemKey, type Table } from "./counter-item.ts";
import { attributes } from "./table-schema.ts";
import { GRACE_SECONDS } from "./write-fence.ts";

/** Which key item a request has: of its counter, and of its idempotency key. */
interface KeyItemOwner {
  readonly config: Pick<Table, "tableName">;
  readonly id: string;
  /** The sort key of the item whose value the request changes. */
  readonly sortKey: string;
}

/** For a transaction: records a key in an item of its own, over whatever that item holds. */
export function putKeyItem(
  { config, id, sortKey }: KeyItemOwner,
  keyAttribute: string,
  record: AttributeValue,
  expiresAt: number,
) {
  const Item = {
    ...itemKey({ id, sortKey: keyAttribute }),
    [attributes.record]: record,
    [attributes.owner]: { S: sortKey },
    [attributes.expiresAt]: { N: String(expiresAt + GRACE_SECONDS) },
  };
  return { Put: { TableName: config.tableName, Item } } satisfies TransactWriteItem;
}

/** For a transaction: records a key if its key item still holds the expected record. */
export function replaceKeyItem(
  expected: AttributeValue | undefined,
  ...keyItem: Parameters<typeof putKeyItem>
): TransactWriteItem {
  return { Put: { ...putKeyItem(...keyItem).Put, ...holds(expected) } };
}

function holds(expected: AttributeValue | undefined) {
  return {
    ...(expected === undefined
      ? {
          ConditionExpression: "attribute_not_exists(#id)",
          ExpressionAttributeNames: { "#id": attributes.id },
        }
      : {
          ConditionExpression: "#record = :expected",
          ExpressionAttributeNames: { "#record": attributes.record },
          ExpressionAttributeValues: { ":expected": expected },
        }),
    ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
  };
}
