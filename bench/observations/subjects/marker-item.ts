import { TransactWriteItemsCommand, type TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { ITEM_TABLE, keyOf } from "./item-table.ts";
import type { StatelessSubject } from "./subject.ts";

/**
 * The usual solution by hand: one transaction of the addition and an item for its idempotency key. It cannot tell the caller a value.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
 */
export const markerItem: StatelessSubject = {
  kind: "stateless",
  connect:
    ({ client }) =>
    async ({ id, amount, idempotencyKey }) => {
      const marker = {
        TableName: ITEM_TABLE,
        Item: keyOf(`marker#${idempotencyKey}`),
        ConditionExpression: "attribute_not_exists(#id)",
        ExpressionAttributeNames: { "#id": "id" },
      };
      const addition = {
        TableName: ITEM_TABLE,
        Key: keyOf(id),
        UpdateExpression: "ADD #value :amount",
        ExpressionAttributeNames: { "#value": "value" },
        ExpressionAttributeValues: { ":amount": { N: String(amount) } },
      };
      try {
        await client.send(
          new TransactWriteItemsCommand({ TransactItems: [{ Put: marker }, { Update: addition }] }),
        );
      } catch (error) {
        if (!hasMarker(error)) throw error;
      }
    },
};

/** Then the request has counted before. */
function hasMarker(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== "TransactionCanceledException") return false;
  const [marker] = (error as TransactionCanceledException).CancellationReasons ?? [];
  return marker?.Code === "ConditionalCheckFailed";
}
