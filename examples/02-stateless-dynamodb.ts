// The baseline: a stateless Lambda, the state in one DynamoDB item, one request to DynamoDB for a batch of any length.
// Exactly once if a sender that repeats an event sends it with the same idempotency key. With issuedAt, an event that comes
// after the store has forgotten its key, such as one that is redriven from a dead-letter queue, is refused, not counted again.
import { counterRequestParser, parseInput, type BatchResult } from "@durable-counter/core";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";
import { client, tableName } from "./dynamodb-client.ts";

const store = createDynamoDBCounterStore({
  client,
  tableName,
  limits: { min: 0 },
});

/** The event is a `CounterRequest`, the result a `BatchResult`. */
export async function handler(event: unknown): Promise<BatchResult> {
  const { counterId, ...request } = parseInput(counterRequestParser, event, "event");
  const { value, results } = await store.apply({ id: counterId, ...request });
  return { value, results };
}
