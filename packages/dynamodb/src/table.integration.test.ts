import { CreateTableCommand, DeleteTableCommand, DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { startDynamoDB, type RunningDynamoDB } from "@durable-counter/testing/dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { counterTableInput, ensureCounterTable } from "./index.ts";

let engine: RunningDynamoDB;
beforeAll(async () => {
  engine = await startDynamoDB({ engine: "dynalite" });
});
afterAll(() => engine.stop());

describe("the counters' table", () => {
  test("is created where it is missing, by one of those who try at once, and left alone where it is there", async () => {
    await Promise.all([1, 2, 3].map(() => ensureCounterTable(engine.client, "fresh")));
    await ensureCounterTable(engine.client, "fresh");
    const { Table } = await engine.client.send(new DescribeTableCommand({ TableName: "fresh" }));
    expect(Table).toMatchObject({ TableStatus: "ACTIVE", KeySchema: counterTableInput("fresh").KeySchema });
  });

  test("is created anew where the one of its name is just being deleted", async () => {
    await ensureCounterTable(engine.client, "short-lived");
    await engine.client.send(new DeleteTableCommand({ TableName: "short-lived" }));
    await ensureCounterTable(engine.client, "short-lived");
    const { Table } = await engine.client.send(new DescribeTableCommand({ TableName: "short-lived" }));
    expect(Table?.TableStatus).toBe("ACTIVE");
  });

  test("is refused where it has other keys", async () => {
    const foreign = {
      TableName: "foreign",
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" as const }],
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" as const }],
      BillingMode: "PAY_PER_REQUEST" as const,
    };
    await engine.client.send(new CreateTableCommand(foreign));
    await expect(ensureCounterTable(engine.client, "foreign")).rejects.toThrow(
      /Table "foreign" has the keys pk \(HASH\); counters need id \(HASH\), sk \(RANGE\).*\[misconfigured\]/u,
    );
  });

  test("is refused where its name cannot be", async () => {
    await expect(ensureCounterTable(engine.client, "x")).rejects.toThrow(/Table "x".*\[misconfigured\]/u);
  });
});
