import { CreateTableCommand, GetItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** The table of the hand-written alternatives. */
export const ITEM_TABLE = "items";

export const keyOf = (id: string) => ({ id: { S: id } });

export async function createItemTable(client: DynamoDBClient): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: ITEM_TABLE,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    }),
  );
}

/** The value of a counter, 0 where there is none. */
export async function readValue(client: DynamoDBClient, id: string): Promise<number> {
  const read = new GetItemCommand({ TableName: ITEM_TABLE, Key: keyOf(id), ConsistentRead: true });
  const { Item: item } = await client.send(read);
  return Number(item?.["value"]?.N ?? 0);
}
