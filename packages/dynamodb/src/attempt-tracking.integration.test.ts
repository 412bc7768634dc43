import { DynamoDBClient, TransactWriteItemsCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { RunningDynamoDB } from "@durable-counter/testing/dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { borrowDynamoDB } from "../../../scripts/test/borrow-dynamodb.ts";
import { ensureCounterTable } from "./ensure-table.ts";
import { TrackedTransactWriteItems, TrackedUpdateItem } from "./attempt-tracking.ts";

let engine: RunningDynamoDB;
beforeAll(async () => {
  engine = await borrowDynamoDB();
  await ensureCounterTable(engine.client, "counters");
});
afterAll(() => engine.stop());

/** Everything a client logs while it sends a command. */
async function logOf(command: UpdateItemCommand | TransactWriteItemsCommand): Promise<readonly object[]> {
  const records: { metadata?: unknown; error?: unknown }[] = [];
  const log = (record: object) => void records.push(record);
  const silent = () => undefined;
  const logger = { trace: silent, debug: silent, warn: silent, info: log, error: log };
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new DynamoDBClient({ endpoint: engine.endpoint, region: "local", credentials, logger });
  await client.send(command as UpdateItemCommand).catch(() => undefined);
  client.destroy();
  return records.map(({ metadata: _metadata, error, ...record }) => ({
    ...record,
    failed: error !== undefined,
  }));
}

test("a tracked command is called as the SDK's own, by which tracers know operations", () => {
  expect(TrackedUpdateItem.name).toBe(UpdateItemCommand.name);
  expect(TrackedTransactWriteItems.name).toBe(TransactWriteItemsCommand.name);
});

describe("what a client logs of a tracked command", () => {
  const attempts = () => ({ list: [], mayAttempt: () => true });
  const update = (ConditionExpression: string) => ({
    TableName: "counters",
    Key: { id: { S: "a" }, sk: { S: "value" } },
    ConditionExpression,
    UpdateExpression: "SET #value = :value",
    ExpressionAttributeNames: { "#value": "value" },
    ExpressionAttributeValues: { ":value": { N: "7" } },
    ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
  });
  const conditions = [
    ["fulfilled", "attribute_not_exists(nothing)"],
    ["not fulfilled", "attribute_exists(nothing)"],
  ] as const;

  test.each(conditions)(
    "is what it logs of the SDK's own, its condition %s: an update",
    async (_, condition) => {
      const input = { ...update(condition), ReturnValues: "ALL_NEW" as const };
      const expected = await logOf(new UpdateItemCommand(input));
      expect(expected).toMatchObject([{ commandName: "UpdateItemCommand", input }]);
      expect(await logOf(new TrackedUpdateItem({ ...input }, attempts()))).toStrictEqual(expected);
    },
  );

  test.each(conditions)(
    "is what it logs of the SDK's own, its condition %s: a transaction",
    async (_, condition) => {
      const input = { TransactItems: [{ Update: update(condition) }] };
      const expected = await logOf(new TransactWriteItemsCommand(input));
      expect(expected).toMatchObject([{ commandName: "TransactWriteItemsCommand", input }]);
      expect(await logOf(new TrackedTransactWriteItems({ ...input }, attempts()))).toStrictEqual(expected);
    },
  );
});
