import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { decrement, increment } from "@durable-counter/core";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";

const client = new DynamoDBClient();
await ensureCounterTable(client, "counters"); // for first steps; in production the table belongs to your infrastructure
const store = createDynamoDBCounterStore({ client, tableName: "counters", limits: { min: 0 } });

const request = { id: "stock", commands: [increment(5), decrement(2)], idempotencyKey: "order-1017" };
const { value } = await store.apply(request);
const retry = await store.apply(request);
console.log(value, retry.value, retry.replayed); // 3 3 true
