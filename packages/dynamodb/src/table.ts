import {
  CreateTableCommand,
  DescribeTableCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
  type CreateTableCommandInput,
  type DynamoDBClient,
  type TableDescription,
} from "@aws-sdk/client-dynamodb";
import { CounterError } from "@durable-counter/core";
import { translateError } from "./translate-error.ts";

/** The attributes of a counter's item, beside one attribute per token. */
export const attributes = { id: "id", part: "part", value: "value" } as const;

/** The sort key of the item that holds a counter's value. */
export const VALUE_PART = "value";

const MAX_WAIT_SECONDS = 120;

/** How the counters' table looks: the input of CreateTable, for whoever creates tables by infrastructure as code. */
export function counterTable(tableName: string) {
  return {
    TableName: tableName,
    KeySchema: [
      { AttributeName: attributes.id, KeyType: "HASH" },
      { AttributeName: attributes.part, KeyType: "RANGE" },
    ],
    AttributeDefinitions: [
      { AttributeName: attributes.id, AttributeType: "S" },
      { AttributeName: attributes.part, AttributeType: "S" },
    ],
    BillingMode: "PAY_PER_REQUEST",
  } satisfies CreateTableCommandInput;
}

/**
 * Creates the counters' table where it is missing and waits until it can be used. For tests and first steps; in
 * production the table belongs to the infrastructure.
 *
 * @throws CounterError `misconfigured` where a table of that name has other keys; `throttled`, `unavailable`
 */
export async function ensureCounterTable(client: DynamoDBClient, tableName: string): Promise<void> {
  try {
    let table = await describe(client, tableName);
    if (table?.TableStatus === "DELETING") {
      await waitUntilTableNotExists(waiter(client), { TableName: tableName });
      table = undefined;
    }
    table ??= await create(client, tableName);
    checkKeys(table, tableName);
    if (table.TableStatus !== "ACTIVE") await waitUntilTableExists(waiter(client), { TableName: tableName });
  } catch (error) {
    throw translateError(error, { tableName, wrote: false });
  }
}

function waiter(client: DynamoDBClient) {
  return { client, maxWaitTime: MAX_WAIT_SECONDS, minDelay: 0.05, maxDelay: 5 };
}

async function describe(client: DynamoDBClient, tableName: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: tableName }))).Table;
  } catch (error) {
    if ((error as Error).name === "ResourceNotFoundException") return undefined;
    throw error;
  }
}

async function create(client: DynamoDBClient, tableName: string): Promise<TableDescription> {
  try {
    const { TableDescription: table } = await client.send(new CreateTableCommand(counterTable(tableName)));
    return table ?? {};
  } catch (error) {
    // Somebody else created it just now: theirs is as good as ours.
    const theirs = (error as Error).name === "ResourceInUseException" && (await describe(client, tableName));
    if (theirs) return theirs;
    throw error;
  }
}

function checkKeys(table: TableDescription, tableName: string): void {
  const keys = (schema: TableDescription["KeySchema"]) =>
    schema?.map(({ AttributeName, KeyType }) => `${AttributeName} (${KeyType})`).join(", ");
  const expected = keys(counterTable(tableName).KeySchema);
  const found = keys(table.KeySchema);
  if (found === expected) return;
  throw new CounterError(
    "misconfigured",
    `Table "${tableName}" has the keys ${found}; counters need ${expected}. Choose another table name, or create the table from counterTable().`,
  );
}
