import { startLossyProxy } from "@durable-counter/testing/dynamodb";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { borrowDynamoDB } from "../../scripts/test/borrow-dynamodb.ts";
import { ID, prepareTable, readNumber } from "../contenders/peers/number-table.ts";
import { localDynamoDB } from "../contenders/shared-dynamodb.ts";
import { watchConsumption, type Consumption } from "./consumption.ts";
import { itemSize } from "./item-size.ts";
import { watchRequests } from "./requests.ts";

const db = await borrowDynamoDB();
const isLocal = db.engine === "dynamodb-local";
const TableName = "items";
let client: ReturnType<typeof localDynamoDB>;
let spent: Consumption;

beforeAll(() => prepareTable(localDynamoDB({ endpoint: db.endpoint }), TableName));
beforeEach(() => {
  client = localDynamoDB({ endpoint: db.endpoint });
  spent = watchConsumption(client, localDynamoDB({ endpoint: db.endpoint }));
});
afterAll(() => db.stop());

const item = (id: string, bytes: number) => ({ [ID]: { S: id }, text: { S: "x".repeat(bytes) } });
const unlessThere = {
  ConditionExpression: "attribute_not_exists(#id)",
  ExpressionAttributeNames: { "#id": ID },
  ReturnValuesOnConditionCheckFailure: "ALL_OLD",
} as const;

test("counts a write with its units, and a read without", async () => {
  await client.putItem({ TableName, Item: item("a", 2_500) });
  expect(spent).toEqual({ writeUnits: 3 });
  await readNumber(client, TableName, "a");
  expect(spent).toEqual({ writeUnits: 3 });
});

test("counts a refused write by the item that refused it", async () => {
  await client.putItem({ TableName, Item: item("b", 2_500) });
  const again = client.putItem({ TableName, Item: item("b", 1), ...unlessThere });
  await expect(again).rejects.toThrow("conditional");
  // dynalite does not send the item along
  expect(spent).toEqual({ writeUnits: isLocal ? 6 : 4 });
});

test.runIf(isLocal)("counts a transaction twice, by items that are of the same size or not", async () => {
  const put = (id: string, bytes: number) => ({ Put: { TableName, Item: item(id, bytes), ...unlessThere } });
  await client.transactWriteItems({ TransactItems: [put("c", 2_500), put("d", 1), put("e", 1)] });
  expect(spent).toEqual({ writeUnits: 2 * (3 + 1 + 1) });
});

test.runIf(isLocal)("counts an update in a transaction by the larger item, before or after", async () => {
  await client.putItem({ TableName, Item: item("f", 2_500) });
  const UpdateExpression = "REMOVE #text";
  const shrink = {
    TableName,
    Key: { [ID]: { S: "f" } },
    UpdateExpression,
    ExpressionAttributeNames: { "#text": "text" },
  };
  await client.transactWriteItems({ TransactItems: [{ Update: shrink }] });
  expect(spent).toEqual({ writeUnits: 3 + 2 * 3 });
});

test.runIf(isLocal)("counts a refused transaction by the items that refused it", async () => {
  await client.putItem({ TableName, Item: item("g", 2_500) });
  const put = (id: string) => ({ Put: { TableName, Item: item(id, 1), ...unlessThere } });
  const again = client.transactWriteItems({ TransactItems: [put("g"), put("h")] });
  await expect(again).rejects.toThrow("cancelled");
  expect(spent).toEqual({ writeUnits: 3 + 2 * (3 + 1) });
});

test("what it reads by the way is no request of the client's", async () => {
  const requests = watchRequests(client);
  await readNumber(client, TableName, "nothing");
  if (isLocal)
    await client.transactWriteItems({ TransactItems: [{ Put: { TableName, Item: item("i", 1) } }] });
  expect(requests.sent).toBe(isLocal ? 2 : 1);
});

test("counts what the SDK sends again by itself", async () => {
  await using network = await startLossyProxy(db.endpoint);
  const lossy = localDynamoDB({ endpoint: network.endpoint });
  const requests = watchRequests(lossy);
  network.loseReply();
  await lossy.putItem({ TableName, Item: item("j", 1) });
  expect(requests.sent).toBe(2);
});

test.runIf(isLocal).for(["1", "12345", "-12345", "0.0000123", "5.1234567890123456789012345678901234567"])(
  "an item has the size that the engine takes it for, within a byte: with the number %s",
  async (number) => {
    const of = (letters: number) => ({ ...item(number, letters), number: { N: number } });
    const toAKilobyte = 1_024 - itemSize(of(0));
    await client.putItem({ TableName, Item: of(toAKilobyte - 1) });
    expect(spent.writeUnits).toBe(1);
    await client.putItem({ TableName, Item: of(toAKilobyte + 2) });
    expect(spent.writeUnits).toBe(1 + 2);
  },
);
