import type { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { addition, ID, prepareTable, readNumber } from "./number-table.ts";
import type { Peer } from "./peer.ts";

const TABLE = "key-item-transaction";
const RETENTION_SECONDS = 3_600;

/**
 * The usual solution without a library: one transaction of the addition and an item for its idempotency key, on the condition
 * that the item does not exist. A transaction returns no values.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
 */
export const keyItemTransaction: Peer = {
  answers: "nothing",
  needsTransactions: true,
  prepare: (client) => prepareTable(client, TABLE),
  connect: (client) => ({
    count: async (id, amount, idempotencyKey) => {
      const expires = Math.floor(Date.now() / 1_000) + RETENTION_SECONDS;
      const keyItem = {
        TableName: TABLE,
        Item: { [ID]: { S: `${id}#${idempotencyKey}` }, expires: { N: String(expires) } },
        ConditionExpression: "attribute_not_exists(#id)",
        ExpressionAttributeNames: { "#id": ID },
      };
      try {
        await client.transactWriteItems({
          TransactItems: [{ Put: keyItem }, { Update: addition(TABLE, id, amount) }],
        });
      } catch (error) {
        if (!hasKeyItem(error)) throw error; // it has counted before
      }
    },
    value: (id) => readNumber(client, TABLE, id),
  }),
};

function hasKeyItem(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== "TransactionCanceledException") return false;
  const [keyItem] = (error as TransactionCanceledException).CancellationReasons ?? [];
  return keyItem?.Code === "ConditionalCheckFailed";
}
