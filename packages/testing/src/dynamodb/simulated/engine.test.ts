import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateTimeToLiveCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { beforeEach, describe, expect, test } from "vitest";
import { createSimulatedDynamoDB, type SimulatedDynamoDB } from "./simulated-dynamodb.ts";

const TableName = "items";
const INPUT: CreateTableCommandInput = {
  TableName,
  BillingMode: "PAY_PER_REQUEST",
  KeySchema: [
    { AttributeName: "id", KeyType: "HASH" },
    { AttributeName: "part", KeyType: "RANGE" },
  ],
  AttributeDefinitions: [
    { AttributeName: "id", AttributeType: "S" },
    { AttributeName: "part", AttributeType: "S" },
  ],
};

const key = (part: string) => ({ id: { S: "a" }, part: { S: part } });

describe("the simulated engine", () => {
  let db: SimulatedDynamoDB;
  let client: DynamoDBClient;

  beforeEach(async () => {
    db = createSimulatedDynamoDB();
    client = db.client();
    await client.send(new CreateTableCommand(INPUT));
  });
  const read = async (part: string) =>
    (await client.send(new GetItemCommand({ TableName, Key: key(part) }))).Item;

  test("creates, describes, lists and deletes tables, at once", async () => {
    await expect(client.send(new CreateTableCommand(INPUT))).rejects.toThrow(
      expect.objectContaining({ name: "ResourceInUseException" }),
    );
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({ TableName, TableStatus: "ACTIVE", KeySchema: INPUT.KeySchema });
    expect((await client.send(new ListTablesCommand())).TableNames).toEqual([TableName]);
    await client.send(new PutItemCommand({ TableName, Item: key("x") }));
    await client.send(new DeleteTableCommand({ TableName }));
    await expect(read("x")).rejects.toThrow(expect.objectContaining({ name: "ResourceNotFoundException" }));
    await client.send(new CreateTableCommand(INPUT));
    expect(await read("x")).toBeUndefined();
  });

  test.each([
    ["without a sort key", { id: { S: "a" } }],
    ["without any key", { value: { N: "1" } }],
    ["with a key of another type", { id: { S: "a" }, part: { N: "1" } }],
  ])("refuses an item %s, by itself and in a transaction", async (_, Item) => {
    const refused = expect.objectContaining({ name: "ValidationException" });
    await expect(client.send(new PutItemCommand({ TableName, Item }))).rejects.toThrow(refused);
    const TransactItems = [{ Put: { TableName, Item } }];
    await expect(client.send(new TransactWriteItemsCommand({ TransactItems }))).rejects.toThrow(refused);
    expect(await read("x")).toBeUndefined();
  });

  test("recognises a transaction by its token for ten minutes", async () => {
    const put = (ClientRequestToken: string, value: string) =>
      client.send(
        new TransactWriteItemsCommand({
          ClientRequestToken,
          TransactItems: [{ Put: { TableName, Item: { ...key("x"), value: { S: value } } } }],
        }),
      );
    await put("first", "1");
    await put("second", "2");
    await put("first", "1");
    expect((await read("x"))?.["value"]).toEqual({ S: "2" });
    await expect(put("first", "3")).rejects.toThrow(
      expect.objectContaining({ name: "IdempotentParameterMismatchException" }),
    );
    await db.clock.sleep(600_000);
    await put("first", "1");
    expect((await read("x"))?.["value"]).toEqual({ S: "1" });
  });

  test("refuses two parts of a transaction on one item, and carries none of them out", async () => {
    const parts = [
      { Put: { TableName, Item: key("x") } },
      { Put: { TableName, Item: key("y") } },
      { Delete: { TableName, Key: key("x") } },
    ];
    await expect(client.send(new TransactWriteItemsCommand({ TransactItems: parts }))).rejects.toThrow(
      "Transaction request cannot include multiple operations on one item",
    );
    expect(await read("y")).toBeUndefined();
  });

  test("undoes the parts of a transaction that is cancelled", async () => {
    await client.send(new PutItemCommand({ TableName, Item: { ...key("x"), value: { S: "before" } } }));
    const parts = [
      { Put: { TableName, Item: { ...key("x"), value: { S: "after" } } } },
      { Put: { TableName, Item: key("y") } },
      { Update: { TableName, Key: key("z"), UpdateExpression: "SET n1 = n2" } },
    ];
    await expect(client.send(new TransactWriteItemsCommand({ TransactItems: parts }))).rejects.toMatchObject({
      name: "TransactionCanceledException",
      CancellationReasons: [{ Code: "None" }, { Code: "None" }, { Code: "ValidationError" }],
    });
    expect((await read("x"))?.["value"]).toEqual({ S: "before" });
    expect([await read("y"), await read("z")]).toEqual([undefined, undefined]);
  });

  test("deletes items whose time to live has passed, when it is told to", async () => {
    const AttributeName = "expires";
    const update = (Enabled: boolean) =>
      client.send(
        new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { AttributeName, Enabled } }),
      );
    await expect(update(false)).rejects.toThrow("TimeToLive is already disabled");
    await update(true);
    await expect(update(true)).rejects.toThrow("TimeToLive is already enabled");
    expect(await client.send(new DescribeTimeToLiveCommand({ TableName }))).toMatchObject({
      TimeToLiveDescription: { AttributeName, TimeToLiveStatus: "ENABLED" },
    });
    const seconds = Math.floor(db.clock.now() / 1_000);
    for (const [part, expires] of [
      ["soon", seconds + 60],
      ["later", seconds + 600],
    ] as const) {
      await client.send(
        new PutItemCommand({ TableName, Item: { ...key(part), expires: { N: String(expires) } } }),
      );
    }
    await client.send(new PutItemCommand({ TableName, Item: key("never") }));
    await db.clock.sleep(120_000);
    expect(await read("soon")).toBeDefined();
    db.deleteExpired();
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: "id = :id",
        ExpressionAttributeValues: { ":id": { S: "a" } },
      }),
    );
    expect(Items.map(({ part }) => part)).toEqual([{ S: "later" }, { S: "never" }]);
  });

  test("can do without transactions, as dynalite does", async () => {
    const old = createSimulatedDynamoDB({ transactions: false }).client();
    await old.send(new CreateTableCommand(INPUT));
    const put = { Put: { TableName, Item: key("x") } };
    await expect(old.send(new TransactWriteItemsCommand({ TransactItems: [put] }))).rejects.toThrow(
      expect.objectContaining({ name: "UnknownOperationException" }),
    );
  });
});
