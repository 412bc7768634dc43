// For production: the state in DynamoDB, shared by every execution, driven by durable steps. A crash at any instant loses
// nothing and counts nothing twice: the idempotency key of every step follows from its position in the execution.
import { createCounterHandler } from "@durable-counter/durable";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";
import { client, tableName } from "./dynamodb-client.ts";

const store = createDynamoDBCounterStore({ client, tableName });

/** The event is a `CounterRequest`, the result a `BatchResult`. */
export const handler = createCounterHandler({ store, limits: { min: 0 }, steps: "command" });
