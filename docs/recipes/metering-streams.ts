// Metering from streams: each usage that is inserted into a table, or put into a Kinesis stream, is counted once.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { increment, type CounterStore } from "@durable-counter/core";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";

/** A record of a DynamoDB stream, as far as it is read. Times are in seconds since 1970. */
export interface TableRecord {
  readonly eventID: string;
  readonly eventName: "INSERT" | "MODIFY" | "REMOVE";
  readonly dynamodb: { ApproximateCreationDateTime: number; SequenceNumber: string; NewImage?: Image };
}
type Image = Readonly<{ customerId: { S: string }; units: { N: string } }>;

/** A record of a Kinesis stream, as far as it is read. Its data is a {@link Usage} as JSON. */
export interface KinesisRecord {
  readonly kinesis: { approximateArrivalTimestamp: number; sequenceNumber: string; data: string };
}
type Usage = Readonly<{ usageId: string; customerId: string; units: number }>;

function usageOf(record: TableRecord | KinesisRecord) {
  if ("kinesis" in record) {
    const { approximateArrivalTimestamp: seconds, data } = record.kinesis;
    const { usageId, ...usage } = JSON.parse(Buffer.from(data, "base64").toString()) as Usage; // the sender says so
    return { ...usage, key: usageId, seconds };
  }
  const { ApproximateCreationDateTime: seconds, NewImage } = record.dynamodb;
  if (record.eventName !== "INSERT" || NewImage === undefined) return undefined;
  return { customerId: NewImage.customerId.S, units: Number(NewImage.units.N), key: record.eventID, seconds };
}
/** Longer than the stream keeps a record: 24 hours, by default. */
export const RETENTION_SECONDS = 25 * 3_600;

export const createStreamMeter =
  (store: CounterStore) =>
  async ({ Records }: { readonly Records: readonly (TableRecord | KinesisRecord)[] }) => {
    const batchItemFailures: { readonly itemIdentifier: string }[] = [];
    for (const record of Records) {
      try {
        const usage = usageOf(record);
        if (usage === undefined) continue;
        const issuedAt = Math.floor(usage.seconds * 1_000);
        const request = { id: `usage#${usage.customerId}`, commands: [increment(usage.units)], issuedAt };
        await store.apply({ ...request, idempotencyKey: usage.key });
      } catch (error) {
        console.error(error); // Lambda reads on from the first of these, and what has counted counts no more.
        const itemIdentifier =
          "kinesis" in record ? record.kinesis.sequenceNumber : record.dynamodb.SequenceNumber;
        batchItemFailures.push({ itemIdentifier });
      }
    }
    return { batchItemFailures };
  };

const requestHandler = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };
const client = new DynamoDBClient({ maxAttempts: 3, requestHandler });
const idempotency = { retentionSeconds: RETENTION_SECONDS, strategy: "separate-item" } as const;
const tableName = process.env["TABLE_NAME"] ?? "counters";

/** The Lambda function of a stream, with `ReportBatchItemFailures`. */
export const handler = createStreamMeter(createDynamoDBCounterStore({ client, tableName, idempotency }));
