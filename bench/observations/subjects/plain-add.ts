import { UpdateItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ITEM_TABLE, keyOf } from "./item-table.ts";
import type { StatelessSubject } from "./subject.ts";

/** An atomic ADD, and the retries of the AWS SDK. */
export const plainAdd: StatelessSubject = {
  kind: "stateless",
  connect:
    ({ client }) =>
    ({ id, amount }) =>
      add(client, id, amount),
};

export async function add(client: DynamoDBClient, id: string, amount: number): Promise<number> {
  const { Attributes: attributes } = await client.send(
    new UpdateItemCommand({
      TableName: ITEM_TABLE,
      Key: keyOf(id),
      UpdateExpression: "ADD #value :amount",
      ExpressionAttributeNames: { "#value": "value" },
      ExpressionAttributeValues: { ":amount": { N: String(amount) } },
      ReturnValues: "UPDATED_NEW",
    }),
  );
  return Number(attributes?.["value"]?.N);
}
