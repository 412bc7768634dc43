import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { itemKey, type CounterKey } from "./counter-item.ts";
import { GRACE_SECONDS } from "./seal.ts";
import { attributes, markerPart } from "./table.ts";

/** The key of the item that remembers a token by itself. */
export function markerKey({ id }: Pick<CounterKey, "id">, tokenAttribute: string) {
  return itemKey({ id, part: markerPart(tokenAttribute) });
}

/** As a part of a transaction: remembers a token. */
export function putMarker(key: CounterKey, tokenAttribute: string, stamp: AttributeValue, expiresAt: number) {
  const Item = {
    ...markerKey(key, tokenAttribute),
    [attributes.stamp]: stamp,
    [attributes.of]: { S: key.part },
    [attributes.expires]: { N: String(expiresAt + GRACE_SECONDS) },
  };
  return { Put: { TableName: key.tableName, Item } };
}

/** As a part of a transaction: remembers a token that no marker knows. */
export function putNewMarker(...marker: Parameters<typeof putMarker>) {
  const [key] = marker;
  return { Put: { ...putMarker(...marker).Put, ...unknown(key) } };
}

/** As a part of a transaction: makes sure that no marker knows a token. */
export function checkNoMarker(key: CounterKey, tokenAttribute: string) {
  return { ConditionCheck: { ...unknown(key), Key: markerKey(key, tokenAttribute) } };
}

function unknown({ tableName }: CounterKey) {
  return {
    TableName: tableName,
    ConditionExpression: "attribute_not_exists(#id)",
    ExpressionAttributeNames: { "#id": attributes.id },
    ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
  };
}
