import {
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { localClient, startDynamoDB, type RunningDynamoDB } from "@durable-counter/testing/dynamodb";
import { afterAll } from "vitest";
import { borrowDynamoDB } from "../../../scripts/test/borrow-dynamodb.ts";

/**
 * The engines there are, without tables, for the tests of one file: DynamoDB Local where Java is installed; dynalite,
 * which has no transactions and returns no item with a failed condition, always.
 */
export async function startEngines(): Promise<readonly RunningDynamoDB[]> {
  const best = await borrowDynamoDB();
  const engines = best.engine === "dynalite" ? [best] : [best, await startDynamoDB({ engine: "dynalite" })];
  afterAll(() => Promise.all(engines.map((engine) => engine.stop())));
  return engines;
}

export const hasTransactions = ({ engine }: RunningDynamoDB) => engine === "dynamodb-local";

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

/** A client whose process is frozen before it sends its first request. */
export function frozenClient(endpoint: string) {
  const client = localClient(endpoint);
  const thawed = Promise.withResolvers<undefined>();
  client.middlewareStack.add(
    (next) => async (args) => {
      await thawed.promise;
      return next(args);
    },
    { step: "finalizeRequest", priority: "high" },
  );
  return { client, thaw: () => thawed.resolve(undefined) };
}

/** A client that loses every write for as long as `isLosing`, and keeps what was lost: it may arrive later. */
export function keepLostWrites(client: DynamoDBClient) {
  const lost: (UpdateItemCommand | TransactWriteItemsCommand)[] = [];
  const control = { isLosing: true, lost };
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const input = args.input as never; // what a command of that name was given
        if (!control.isLosing) return next(args);
        if (commandName === "UpdateItemCommand") lost.push(new UpdateItemCommand(input));
        else if (commandName === "TransactWriteItemsCommand") lost.push(new TransactWriteItemsCommand(input));
        else return next(args);
        throw Object.assign(new Error("no answer"), { name: "TimeoutError" });
      },
    { step: "deserialize", priority: "low" },
  );
  return control;
}
