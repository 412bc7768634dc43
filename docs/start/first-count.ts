import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { decrement, increment } from "@durable-counter/core";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";

// By default the AWS SDK waits for ever. A Lambda must end in time.
const requestHandler = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };
const client = new DynamoDBClient({ maxAttempts: 3, requestHandler });
await ensureCounterTable(client, "counters"); // for first steps; in production the table belongs to your infrastructure
const store = createDynamoDBCounterStore({ client, tableName: "counters", limits: { min: 0 } });

const request = { id: "stock", commands: [increment(5), decrement(2)], idempotencyKey: "order-1017" };
const [first, retry] = [await store.apply(request), await store.apply(request)];
console.log(first.value, retry.value, retry.replayed); // 3 3 true
