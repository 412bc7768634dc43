import { QueryCommand, type AttributeValue, type DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** Everything the table holds of a counter, by sort key. */
export async function partsOf(
  client: DynamoDBClient,
  tableName: string,
  id: string,
): Promise<ReadonlyMap<string, Readonly<Record<string, AttributeValue>>>> {
  const parts = new Map<string, Record<string, AttributeValue>>();
  let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: "id = :id",
        ExpressionAttributeValues: { ":id": { S: id } },
        ConsistentRead: true,
        ExclusiveStartKey,
      }),
    );
    for (const item of page.Items ?? []) parts.set(item["sk"]?.S ?? "", item);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return parts;
}
