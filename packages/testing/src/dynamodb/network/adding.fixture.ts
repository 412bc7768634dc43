import { CreateTableCommand, GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

export async function createCounterTable(client: DynamoDBClient): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: "counters",
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    }),
  );
}

/** A plain `ADD` of one; answers the value after. */
export async function addOne(client: DynamoDBClient, id: string, options = {}): Promise<number> {
  const command = new UpdateItemCommand({
    TableName: "counters",
    Key: { id: { S: id } },
    UpdateExpression: "ADD #value :one",
    ExpressionAttributeNames: { "#value": "value" },
    ExpressionAttributeValues: { ":one": { N: "1" } },
    ReturnValues: "UPDATED_NEW",
  });
  const { Attributes } = await client.send(command, options);
  return Number(Attributes?.["value"]?.N);
}

/** The value that the engine has; 0 where there is no item. */
export async function valueOf(client: DynamoDBClient, id: string): Promise<number> {
  const read = new GetItemCommand({ TableName: "counters", Key: { id: { S: id } }, ConsistentRead: true });
  const { Item } = await client.send(read);
  return Number(Item?.["value"]?.N ?? 0);
}
