import type { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { addition, ID, prepareTable, readNumber } from "./number-table.ts";
import type { Peer } from "./peer.ts";

const TABLE = "marker-transaction";
const WINDOW_SECONDS = 3_600;

/**
 * What one writes by hand who knows that ADD alone counts twice: the addition and a marker for its idempotency key in one
 * transaction, the marker on the condition that it is not there. A transaction answers with no values.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
 */
export const markerTransaction: Peer = {
  answers: "nothing",
  needsTransactions: true,
  prepare: (client) => prepareTable(client, TABLE),
  connect: (client) => ({
    count: async (id, amount, idempotencyKey) => {
      const expires = Math.floor(Date.now() / 1_000) + WINDOW_SECONDS;
      const marker = {
        TableName: TABLE,
        Item: { [ID]: { S: `${id}#${idempotencyKey}` }, expires: { N: String(expires) } },
        ConditionExpression: "attribute_not_exists(#id)",
        ExpressionAttributeNames: { "#id": ID },
      };
      try {
        await client.transactWriteItems({
          TransactItems: [{ Put: marker }, { Update: addition(TABLE, id, amount) }],
        });
      } catch (error) {
        if (!hasMarker(error)) throw error; // it has counted before
      }
    },
    value: (id) => readNumber(client, TABLE, id),
  }),
};

function hasMarker(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== "TransactionCanceledException") return false;
  const [marker] = (error as TransactionCanceledException).CancellationReasons ?? [];
  return marker?.Code === "ConditionalCheckFailed";
}
