import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Place } from "./request-context.ts";
import { itemKey, type CounterKey } from "./counter-item.ts";
import { GRACE_SECONDS } from "./write-fence.ts";
import { attributes, markerPart } from "./table.ts";

/** The key of the item that remembers an idempotency key by itself. */
export function markerKey({ id }: Pick<CounterKey, "id">, keyAttribute: string) {
  return itemKey({ id, part: markerPart(keyAttribute) });
}

/** As a part of a transaction: remembers an idempotency key, whatever a marker remembers of it. */
export function putMarker(key: CounterKey, keyAttribute: string, stamp: AttributeValue, expiresAt: number) {
  const Item = {
    ...markerKey(key, keyAttribute),
    [attributes.stamp]: stamp,
    [attributes.of]: { S: key.part },
    [attributes.expires]: { N: String(expiresAt + GRACE_SECONDS) },
  };
  return { Put: { TableName: key.tableName, Item } };
}

/** As a part of a transaction: remembers an idempotency key where its marker is as it was seen. */
export function replaceMarker(place: Place, ...marker: Parameters<typeof putMarker>) {
  return { Put: { ...putMarker(...marker).Put, ...holds(place) } };
}

/** As a part of a transaction: makes sure that a key's marker is as it was seen. */
export function checkMarker(place: Place, key: CounterKey, keyAttribute: string) {
  return {
    ConditionCheck: { TableName: key.tableName, Key: markerKey(key, keyAttribute), ...holds(place) },
  };
}

function holds(place: Place) {
  return {
    ...(place === undefined
      ? {
          ConditionExpression: "attribute_not_exists(#id)",
          ExpressionAttributeNames: { "#id": attributes.id },
        }
      : {
          ConditionExpression: "#stamp = :place",
          ExpressionAttributeNames: { "#stamp": attributes.stamp },
          ExpressionAttributeValues: { ":place": place },
        }),
    ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
  };
}
