import { waitUntilTableExists, type DynamoDB } from "@aws-sdk/client-dynamodb";

/** The key of the tables that peers leave to their users. */
export const ID = "id";
const VALUE = "value";

/** Creates a table of items known by `id`, unless it is there. */
export async function prepareTable(client: DynamoDB, tableName: string): Promise<void> {
  try {
    await client.createTable({
      TableName: tableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: ID, KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: ID, AttributeType: "S" }],
    });
  } catch (error) {
    if ((error as Error).name !== "ResourceInUseException") throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.05 }, { TableName: tableName });
}

/**
 * The update that DynamoDB's documentation shows for an atomic counter.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html#WorkingWithItems.AtomicCounters
 */
export function addition(tableName: string, id: string, amount: number) {
  return {
    TableName: tableName,
    Key: { [ID]: { S: id } },
    UpdateExpression: "ADD #value :amount",
    ExpressionAttributeNames: { "#value": VALUE },
    ExpressionAttributeValues: { ":amount": { N: String(amount) } },
  };
}

/** Adds, and returns the value after. */
export async function add(client: DynamoDB, tableName: string, id: string, amount: number): Promise<number> {
  const update = addition(tableName, id, amount);
  const { Attributes: attributes } = await client.updateItem({ ...update, ReturnValues: "UPDATED_NEW" });
  return Number(attributes?.[VALUE]?.N);
}

export async function readNumber(client: DynamoDB, tableName: string, id: string): Promise<number> {
  const { Item: item } = await client.getItem({
    TableName: tableName,
    Key: { [ID]: { S: id } },
    ConsistentRead: true,
  });
  return Number(item?.[VALUE]?.N ?? 0);
}
