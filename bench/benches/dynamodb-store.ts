import { UpdateItemCommand, type UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import { increment } from "@durable-counter/core";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";
import { instantDynamoDB } from "../contenders/instant-dynamodb.ts";
import { comparison } from "../measure/comparison.ts";

const commands = [increment(1)];
const { client, lastUpdate } = instantDynamoDB();
const store = createDynamoDBCounterStore({ client, tableName: "counters" });
let requests = 0;
let input: UpdateItemCommandInput;

async function count(): Promise<number> {
  const result = await store.apply({ id: "cart-7", commands, idempotencyKey: `request-${requests++}` });
  return result.value;
}

async function captureInput(): Promise<void> {
  await count();
  input = lastUpdate();
}

/** Sends what the store sent, with a new idempotency key each time. */
async function update(): Promise<number> {
  const idempotencyKey = `k#${`${requests++}`.padStart(16, "0")}`;
  const ExpressionAttributeNames = { ...input.ExpressionAttributeNames, "#idempotencyKey": idempotencyKey };
  const { Attributes: attributes } = await client.send(
    new UpdateItemCommand({ ...input, ExpressionAttributeNames }),
  );
  return Number(attributes?.["value"]?.N);
}

export const dynamoDBStore = comparison({
  title:
    "The DynamoDB store beside a raw UpdateItemCommand with the same expression, on a connection that answers at once",
  contenders: {
    UpdateItemCommand: { setUp: captureInput, run: update },
    "store.apply": { run: count },
  },
  as: "cost",
  target: { limit: 1.2 },
});
