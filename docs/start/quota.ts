import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { increment, isCounterError } from "@durable-counter/core";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";

// By default the AWS SDK waits for ever. A Lambda must end in time.
const requestHandler = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };
const client = new DynamoDBClient({ maxAttempts: 3, requestHandler });
const tableName = process.env["TABLE_NAME"] ?? "counters";
const store = createDynamoDBCounterStore({ client, tableName, limits: { max: 1_000 } });

/** Lets a customer make 1,000 requests. The same request sent again counts once. */
export async function handler({ customerId, requestId }: { customerId: string; requestId: string }) {
  const request = { id: `quota/${customerId}`, commands: [increment()], idempotencyKey: requestId };
  try {
    const { value } = await store.apply(request);
    return { isAllowed: true, remaining: 1_000 - value };
  } catch (error) {
    if (isCounterError(error, "limit-exceeded")) return { isAllowed: false, remaining: 0 };
    throw error; // every other error: try again with the same requestId
  }
}
