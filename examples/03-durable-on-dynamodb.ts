// What production wants: the state in DynamoDB, shared by every execution, driven by durable steps. A crash at any
// instant loses nothing and counts nothing twice: the idempotency key of every step follows from its place in the execution.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createCounterHandler } from "@durable-counter/durable";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";

const store = createDynamoDBCounterStore({
  client: new DynamoDBClient(),
  tableName: process.env["TABLE_NAME"] ?? "counters",
});

/** The event is a `CounterRequest`, the result a `BatchResult`. */
export const handler = createCounterHandler({ store, limits: { min: 0 }, steps: "command" });
