import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
  type CreateTableCommandInput,
  type DynamoDBClient,
  type TableDescription,
  type UpdateTimeToLiveCommandInput,
} from "@aws-sdk/client-dynamodb";
import { CounterError } from "@durable-counter/core";
import { translateError } from "./translate-error.ts";

/** The attributes of the table's items, beside one attribute per idempotency key. */
export const attributes = {
  /** The keys: the counter's id, and which of its items this is. */
  id: "id",
  part: "part",
  value: "value",
  /** Until when, in seconds since 1970, only those may write who know why: others would miss an idempotency key kept elsewhere. */
  seal: "seal",
  /** How many items the counter is spread over. */
  shards: "shards",
  /** What a marker remembers of its idempotency key. */
  stamp: "stamp",
  /** The part that a marker's idempotency key was counted on. */
  of: "of",
  /** When DynamoDB may delete a marker, in seconds since 1970. */
  expires: "expires",
} as const;

/** The sort key of the item that holds a counter's value, or of a sharded one's root, which holds none. */
export const VALUE_PART = "value";

/** The seal of an item that plain updates never may touch, such as the root of a sharded counter. */
export const SEALED_FOR_GOOD = 99_999_999_999;

/** The sort key of a shard. The number of shards is part of it: no store mistakes another's for its own. */
export function shardPart(shards: number, shard: number): string {
  return `${shardsPrefix(shards)}${shard}`;
}

export function shardsPrefix(shards: number): string {
  return `${VALUE_PART}/${shards}/`;
}

export const MARKER_PREFIX = "token/";

/** The sort key of the item that remembers an idempotency key by itself. */
export function markerPart(keyAttribute: string): string {
  return MARKER_PREFIX + keyAttribute;
}

const MAX_WAIT_SECONDS = 120;

/** How the counters' table looks: the input of CreateTable, for whoever creates tables by infrastructure as code. */
export function counterTableInput(tableName: string) {
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
 * How DynamoDB gets rid of expired markers: the input of UpdateTimeToLive. Free of charge, and late by up to days;
 * nothing depends on when.
 */
export function counterTimeToLiveInput(tableName: string) {
  return {
    TableName: tableName,
    TimeToLiveSpecification: { AttributeName: attributes.expires, Enabled: true },
  } satisfies UpdateTimeToLiveCommandInput;
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
    await expireMarkers(client, tableName);
  } catch (error) {
    throw translateError(error, { tableName, wrote: false });
  }
}

async function expireMarkers(client: DynamoDBClient, tableName: string): Promise<void> {
  try {
    const { TimeToLiveDescription: ttl } = await client.send(
      new DescribeTimeToLiveCommand({ TableName: tableName }),
    );
    if (ttl?.TimeToLiveStatus !== "DISABLED") return;
    await client.send(new UpdateTimeToLiveCommand(counterTimeToLiveInput(tableName)));
  } catch (error) {
    // dynalite has no time to live, nor transactions, and so no markers. A rival may have switched it on just now.
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

async function create(client: DynamoDBClient, tableName: string): Promise<TableDescription> {
  try {
    const { TableDescription: table } = await client.send(
      new CreateTableCommand(counterTableInput(tableName)),
    );
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
  const expected = keys(counterTableInput(tableName).KeySchema);
  const found = keys(table.KeySchema);
  if (found === expected) return;
  throw new CounterError(
    "misconfigured",
    `Table "${tableName}" has the keys ${found}; counters need ${expected}. Choose another table name, or create the table from counterTableInput().`,
  );
}
