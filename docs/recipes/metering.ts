// Metering: usage events come through SQS. Each is counted once, also when it is delivered twice, or redriven from
// a dead-letter queue.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { increment, type CounterStore } from "@durable-counter/core";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";

/** The body of a message, as JSON. Its id and its time are those of the event, not of the message. */
export interface Usage {
  readonly usageId: string;
  readonly customerId: string;
  readonly units: number;
  /** In milliseconds since 1970. */
  readonly usedAt: number;
}

/** What is read of the event of a queue. */
export interface QueueEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}

/** Longer than a message can wait: 14 days in the queue, and as long in its dead-letter queue. */
export const RETENTION_SECONDS = 29 * 24 * 3_600;

export const createMeter =
  (store: CounterStore) =>
  async ({ Records }: QueueEvent) => {
    const batchItemFailures: { readonly itemIdentifier: string }[] = [];
    for (const { messageId, body } of Records) {
      try {
        const { usageId, customerId, units, usedAt } = JSON.parse(body) as Usage; // the sender says so
        const commands = [increment(units)];
        await store.apply({ id: `usage#${customerId}`, commands, idempotencyKey: usageId, issuedAt: usedAt });
      } catch (error) {
        console.error(error);
        // SQS sends it again, with the same body; what no retry can count ends in the dead-letter queue.
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  };

// By default the AWS SDK waits for ever. A Lambda must end in time.
const requestHandler = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };
const client = new DynamoDBClient({ maxAttempts: 3, requestHandler });
const store = createDynamoDBCounterStore({
  client,
  tableName: process.env["TABLE_NAME"] ?? "counters",
  idempotency: { retentionSeconds: RETENTION_SECONDS, strategy: "separate-item" },
});

/** The Lambda function of a queue, with `ReportBatchItemFailures`. The event is a {@link QueueEvent}. */
export const handler = createMeter(store);
