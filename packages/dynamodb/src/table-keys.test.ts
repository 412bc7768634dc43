import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { increment, isCounterError, type CounterStore } from "@durable-counter/core";
import { calendarWindow } from "@durable-counter/core/windows";
import { describe, expect, test } from "vitest";
import {
  counterTableInput,
  counterTimeToLiveInput,
  createDynamoDBCounterStore,
  ensureCounterTable,
  type TableKeysOptions,
} from "./index.ts";
import { createSimulation, NO_LATENCY, tableName } from "./simulated.fixture.ts";

const client = new DynamoDBClient({ region: "eu-west-1" });

function messageOf(create: () => unknown): string {
  try {
    create();
  } catch (error) {
    if (isCounterError(error, "invalid-input")) return error.message;
    throw error;
  }
  return "accepted";
}

describe("the option keys", () => {
  test("names the keys of a table, and its time to live", () => {
    const keys = { partition: "PK", sort: "SK", timeToLive: "ttl" };
    expect(counterTableInput("app", { keys })).toMatchObject({
      KeySchema: [
        { AttributeName: "PK", KeyType: "HASH" },
        { AttributeName: "SK", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: "PK", AttributeType: "S" },
        { AttributeName: "SK", AttributeType: "S" },
      ],
    });
    expect(counterTimeToLiveInput("app", { keys }).TimeToLiveSpecification.AttributeName).toBe("ttl");
    expect(counterTableInput("app", { keys: {} })).toEqual(counterTableInput("app"));
  });

  test.each<[keys: unknown, message: RegExp]>([
    [{ partition: "" }, /options\.keys\.partition is ""; pass the name of an attribute, 1 to 255 bytes/u],
    [{ sort: 7 }, /options\.keys\.sort is 7; pass the name of an attribute/u],
    [{ timeToLive: "x".repeat(256) }, /options\.keys\.timeToLive is "xxx.*; pass the name of an attribute/u],
    [{ partition: "é".repeat(128) }, /options\.keys\.partition is "é.*; pass the name of an attribute/u],
    [
      { partition: "PK", sort: "PK" },
      /options\.keys is \{"partition":"PK","sort":"PK"\}; pass different names/u,
    ],
    [{ partition: "sk" }, /options\.keys is \{"partition":"sk"\}; pass different names; by default/u],
    [{ sort: "ttl", timeToLive: "ttl" }, /options\.keys is .*; pass different names/u],
    [
      { partition: "value" },
      /options\.keys\.partition is "value"; pass another name, because counters have/u,
    ],
    [{ timeToLive: "fence" }, /options\.keys\.timeToLive is "fence"; pass another name/u],
    [{ sort: "k#x" }, /options\.keys\.sort is "k#x"; pass another name/u],
    ...["w#1", "h#x", "a#x"].map((timeToLive): [object, RegExp] => [
      { timeToLive },
      /options\.keys\.timeToLive is "[wha]#.*; pass another name, .* names that begin with k#, h#, a#, w#\./u,
    ]),
    [{ prefix: "a\nb" }, /options\.keys\.prefix is "a\\nb"; pass up to 1024 bytes of printable characters/u],
    [{ prefix: "é".repeat(513) }, /options\.keys\.prefix is "é.*; pass up to 1024 bytes/u],
    [{ prefix: null }, /options\.keys\.prefix is null; pass up to 1024 bytes/u],
    [{ pk: "PK" }, /options\.keys has the unknown key "pk"; pass only "partition", "sort", "prefix" and/u],
    ["PK", /options\.keys is "PK"; pass only/u],
  ])("refuses %j, wherever it is passed", async (given, message) => {
    const keys = given as TableKeysOptions; // A caller without types may pass anything.
    expect(messageOf(() => createDynamoDBCounterStore({ client, tableName, keys }))).toMatch(message);
    expect(messageOf(() => counterTableInput("app", { keys }))).toMatch(message);
    expect(messageOf(() => counterTimeToLiveInput("app", { keys }))).toMatch(message);
    await expect(ensureCounterTable(client, "app", { keys })).rejects.toThrow(message);
  });

  test.each([
    { partition: "sk", sort: "id" },
    { partition: "x".repeat(255) },
    { prefix: "é".repeat(512) },
    { prefix: "" },
    {},
  ])("takes %j", (keys) => {
    expect(messageOf(() => createDynamoDBCounterStore({ client, tableName, keys }))).toBe("accepted");
  });
});

test("counters that are named as items and attributes of other counters are counters of their own", async () => {
  const { createStore } = await createSimulation({ latencyMs: NO_LATENCY });
  const window = calendarWindow({ per: "day" });
  const store = createStore();
  const ids = ["a", "windows/day UTC", "value", "k#a", "w#0", "a\u200dwindows/day UTC"];
  for (const [n, id] of ids.entries()) {
    await store.apply({ id, commands: [increment(n + 1)], idempotencyKey: "t" });
    await store.apply({ id, commands: [increment(n + 11)], idempotencyKey: "t", window });
  }
  for (const [n, id] of ids.entries())
    expect([await store.get(id), await store.get(id, { window })]).toEqual([n + 1, n + 11]);
});

describe("a list of a table whose keys have other names", () => {
  const rig = async () => {
    const db = await createSimulation({ latencyMs: NO_LATENCY });
    await db.createStore().apply({ id: "a", commands: [increment()] });
    return { client: db.client(), createStore: db.createStore };
  };
  const first = (store: CounterStore) => store.list()[Symbol.asyncIterator]().next();

  test.each([{ partition: "PK" }, { sort: "SK" }, { partition: "PK", sort: "SK" }])(
    "fails, and says which options name them: %j",
    async (keys) => {
      const { createStore } = await rig();
      await expect(first(createStore({ keys }))).rejects.toThrow(
        /Name the keys of an existing table in the options keys\.partition and keys\.sort.*\[misconfigured\]$/u,
      );
    },
  );

  test("is empty for a caller who is allowed to scan only, and for a table without counters", async () => {
    const { client: scanner, createStore } = await rig();
    const keys = { prefix: "none#" };
    expect((await first(createStore({ keys }))).done).toBe(true);
    scanner.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          if (commandName !== "GetItemCommand") return next(args);
          throw Object.assign(new Error("no"), { name: "AccessDeniedException", $fault: "client" });
        },
      { step: "initialize" },
    );
    expect((await first(createStore({ client: scanner, keys: { sort: "SK" } }))).done).toBe(true);
  });
});

test("a store without the option sends the same requests as before there was one", async () => {
  const inputs: unknown[] = [];
  const { createStore } = await createSimulation({
    latencyMs: NO_LATENCY,
    onRequest: (message) => {
      if (message.operation === "UpdateItem" || message.operation === "GetItem") inputs.push(message.input);
      message.execute();
      message.reply();
    },
  });
  const store = createStore();
  await store.apply({ id: "a", commands: [increment(5)], idempotencyKey: "t" });
  await store.get("a");
  const [update, read] = inputs as [{ ExpressionAttributeNames: Record<string, string> }, unknown];
  expect(update).toMatchObject({
    TableName: tableName,
    Key: { id: { S: "a" }, sk: { S: "value" } },
    ConditionExpression:
      "attribute_not_exists(#idempotencyKey) AND (attribute_not_exists(#fence) OR #fence < :lapsed OR (#fence < :holds AND attribute_exists(#moved) AND NOT contains(#moved, :tag))) AND (attribute_not_exists(#value) OR #value BETWEEN :lowest AND :highest)",
    UpdateExpression:
      "SET #value = if_not_exists(#value, :initial) + :change, #idempotencyKey = if_not_exists(#value, :initial) + :record REMOVE #expiresAt",
  });
  expect(Object.keys(update.ExpressionAttributeNames).toSorted()).toEqual([
    "#expiresAt",
    "#fence",
    "#idempotencyKey",
    "#moved",
    "#value",
  ]);
  expect(update.ExpressionAttributeNames["#idempotencyKey"]).toMatch(/^k#[\w-]{16}$/u);
  expect(read).toEqual({
    TableName: tableName,
    Key: { id: { S: "a" }, sk: { S: "value" } },
    ConsistentRead: false,
    ProjectionExpression: "#value, #fence, #shards, #due",
    ExpressionAttributeNames: { "#value": "value", "#fence": "fence", "#shards": "shards", "#due": "due" },
  });
});
