// The baseline: a stateless Lambda, the state in one DynamoDB item. Exactly once as long as whoever sends an event
// again sends it with the same idempotency key; and one request to DynamoDB for a batch of any length.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CounterRequest, parseInput, type BatchResult } from "@durable-counter/core";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";

const store = createDynamoDBCounterStore({
  client: new DynamoDBClient(),
  tableName: process.env["TABLE_NAME"] ?? "counters",
  limits: { min: 0 },
});

/** The event is a `CounterRequest`, the result a `BatchResult`. */
export async function handler(event: unknown): Promise<BatchResult> {
  const { counterId, commands, idempotencyKey } = parseInput(CounterRequest, event, "event");
  const { value, results } = await store.apply({ id: counterId, commands, idempotencyKey });
  return { value, results };
}
