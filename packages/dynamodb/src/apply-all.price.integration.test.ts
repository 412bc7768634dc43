import {
  TransactWriteItemsCommand,
  type DynamoDBClient,
  type TransactWriteItem,
  type TransactWriteItemsCommandInput,
  type TransactWriteItemsCommandOutput,
} from "@aws-sdk/client-dynamodb";
import { get, increment } from "@durable-counter/core";
import { describe, expect, test } from "vitest";
import { hasTransactions, startEngines } from "./engines.fixture.ts";
import { createFullStore } from "./full-store.fixture.ts";
import { ensureCounterTable } from "./index.ts";

const engines = await startEngines();
const tableName = "several";
const ids = ["a", "b", "c", "d", "e"];

describe.each(engines.filter(hasTransactions))("what several counters cost, on $engine", ({ client }) => {
  test("as much as a transaction that is written by hand, and one action less than one with a record", async () => {
    await ensureCounterTable(client, tableName);
    const store = createFullStore({ client, tableName });
    const entries = ids.map((id) => ({ id, commands: [increment(), get()] }));
    const measured: Record<string, Cost> = {};
    for (const round of ["first", "second"])
      measured[round] = await costOf(client, () => store.applyAll({ entries, idempotencyKey: round }));
    const add = (id: string): TransactWriteItem => ({
      Update: {
        TableName: tableName,
        Key: { id: { S: `hand-${id}` }, sk: { S: "value" } },
        UpdateExpression: "ADD #value :one",
        ExpressionAttributeNames: { "#value": "value" },
        ExpressionAttributeValues: { ":one": { N: "1" } },
      },
    });
    const record: TransactWriteItem = {
      Put: {
        TableName: tableName,
        Item: { id: { S: "hand" }, sk: { S: "order-1" } },
        ConditionExpression: "attribute_not_exists(id)",
      },
    };
    const byHand = (TransactItems: TransactWriteItem[]) => () =>
      client.send(new TransactWriteItemsCommand({ TransactItems }));
    measured["by hand"] = await costOf(client, byHand(ids.map(add)));
    measured["by hand, with a record"] = await costOf(client, byHand([...ids.map(add), record]));
    const engine = expect.any(Number);
    expect(measured).toEqual({
      first: { actions: 5, engine },
      second: { actions: 5, engine },
      "by hand": { actions: 5, engine },
      "by hand, with a record": { actions: 6, engine },
    });
    expect(measured["second"]?.engine).toBe(measured["by hand"]?.engine);
  });
});

describe.each(engines.filter((engine) => !hasTransactions(engine)))(
  "several counters on $engine",
  ({ client }) => {
    test("are refused with a remedy, and none is changed", async () => {
      await ensureCounterTable(client, tableName);
      const store = createFullStore({ client, tableName });
      const entries = ids.map((id) => ({ id, commands: [increment()] }));
      await expect(store.applyAll({ entries })).rejects.toThrow(
        /^One request for counters "a", "b", "c" …: None was changed: this engine has no transactions, .* DynamoDB Local: startDynamoDB\(\{ engine: "dynamodb-local" \}\)\. \[misconfigured\]$/u,
      );
      expect(await Promise.all(ids.map((id) => store.get(id, { consistent: true })))).toEqual(
        ids.map(() => 0),
      );
    });
  },
);

/**
 * What a call's transactions cost: the number of their actions, each of which takes two write units on AWS for an item of up to
 * 1 KB, and what the engine says. DynamoDB Local adds the sizes of all items up before it rounds.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-capacity-handling
 */
interface Cost {
  actions: number;
  engine: number;
}

async function costOf(client: DynamoDBClient, call: () => Promise<unknown>): Promise<Cost> {
  const cost: Cost = { actions: 0, engine: 0 };
  const name = "countUnits";
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== "TransactWriteItemsCommand") return next(args);
        const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } });
        const { ConsumedCapacity = [] } = result.output as Partial<TransactWriteItemsCommandOutput>; // of this command
        for (const { CapacityUnits = 0 } of ConsumedCapacity) cost.engine += CapacityUnits;
        cost.actions += (args.input as TransactWriteItemsCommandInput).TransactItems?.length ?? 0;
        return result;
      },
    { step: "initialize", name },
  );
  try {
    await call();
    return cost;
  } finally {
    client.middlewareStack.remove(name);
  }
}
