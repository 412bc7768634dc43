import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
  type DynamoDBClient,
  type TableDescription,
} from "@aws-sdk/client-dynamodb";
import { CounterError } from "@durable-counter/core";
import { counterTableInput, counterTimeToLiveInput, type TableOptions } from "./table-input.ts";
import { translateError } from "./aws-errors.ts";

const MAX_WAIT_SECONDS = 120;

type CounterTableInput = ReturnType<typeof counterTableInput>;

/**
 * Creates the counters' table if it does not exist, and waits until it can be used. For tests and first steps; in
 * production the table belongs to the infrastructure.
 *
 * @throws CounterError `invalid-input` for names of keys that cannot be; `misconfigured` if a table of that name has other
 *   keys; `throttled`, `unavailable`
 */
export async function ensureCounterTable(
  client: DynamoDBClient,
  tableName: string,
  options: TableOptions = {},
): Promise<void> {
  const input = counterTableInput(tableName, options);
  const timeToLive = counterTimeToLiveInput(tableName, options);
  try {
    let table = await describe(client, tableName);
    if (table?.TableStatus === "DELETING") {
      await waitUntilTableNotExists(waiter(client), { TableName: tableName });
      table = undefined;
    }
    table ??= await create(client, input);
    checkKeys(table, input);
    if (table.TableStatus !== "ACTIVE") await waitUntilTableExists(waiter(client), { TableName: tableName });
    await enableTimeToLive(client, timeToLive);
  } catch (error) {
    throw translateError(error, { tableName, wrote: false });
  }
}

async function enableTimeToLive(
  client: DynamoDBClient,
  input: ReturnType<typeof counterTimeToLiveInput>,
): Promise<void> {
  try {
    const { TimeToLiveDescription: ttl } = await client.send(
      new DescribeTimeToLiveCommand({ TableName: input.TableName }),
    );
    if (ttl?.TimeToLiveStatus !== "DISABLED") return;
    await client.send(new UpdateTimeToLiveCommand(input));
  } catch (error) {
    // dynalite has no time to live, nor transactions, and so no key items. Another process may have enabled it just now.
    const { name } = error as Error;
    if (name !== "UnknownOperationException" && name !== "ValidationException") throw error;
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

async function create(client: DynamoDBClient, input: CounterTableInput): Promise<TableDescription> {
  try {
    const { TableDescription: table } = await client.send(new CreateTableCommand(input));
    return table ?? {};
  } catch (error) {
    // Another process created it just now: its table is as good as ours.
    const theirs =
      (error as Error).name === "ResourceInUseException" && (await describe(client, input.TableName));
    if (theirs) return theirs;
    throw error;
  }
}

function checkKeys(table: TableDescription, { TableName, KeySchema }: CounterTableInput): void {
  const keys = (schema: TableDescription["KeySchema"]) =>
    schema?.map(({ AttributeName, KeyType }) => `${AttributeName} (${KeyType})`).join(", ");
  const expected = keys(KeySchema);
  const found = keys(table.KeySchema);
  if (found === expected) return;
  throw new CounterError(
    "misconfigured",
    `Table "${TableName}" has the keys ${found}; counters need ${expected}. Name its keys in the option "keys" as keys.partition and keys.sort, choose another table name, or create the table from counterTableInput().`,
  );
}
