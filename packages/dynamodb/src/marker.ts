import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Place } from "./counting.ts";
import { itemKey, type CounterKey } from "./counter-item.ts";
import { GRACE_SECONDS } from "./seal.ts";
import { attributes, markerPart } from "./table.ts";

/** The key of the item that remembers a token by itself. */
export function markerKey({ id }: Pick<CounterKey, "id">, tokenAttribute: string) {
  return itemKey({ id, part: markerPart(tokenAttribute) });
}

/** As a part of a transaction: remembers a token, whatever a marker remembers of it. */
export function putMarker(key: CounterKey, tokenAttribute: string, stamp: AttributeValue, expiresAt: number) {
  const Item = {
    ...markerKey(key, tokenAttribute),
    [attributes.stamp]: stamp,
    [attributes.of]: { S: key.part },
    [attributes.expires]: { N: String(expiresAt + GRACE_SECONDS) },
  };
  return { Put: { TableName: key.tableName, Item } };
}

/** As a part of a transaction: remembers a token where its marker is as it was seen. */
export function replaceMarker(place: Place, ...marker: Parameters<typeof putMarker>) {
  return { Put: { ...putMarker(...marker).Put, ...holds(place) } };
}

/** As a part of a transaction: makes sure that a token's marker is as it was seen. */
export function checkMarker(place: Place, key: CounterKey, tokenAttribute: string) {
  return {
    ConditionCheck: { TableName: key.tableName, Key: markerKey(key, tokenAttribute), ...holds(place) },
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
