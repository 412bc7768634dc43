// Metering from streams: each usage that is inserted into a table, or put into a Kinesis stream, is counted once.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { increment, isCounterError, type CounterStore } from "@durable-counter/core";
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
    const { approximateArrivalTimestamp: seconds, sequenceNumber, data } = record.kinesis;
    const { usageId, ...usage } = JSON.parse(Buffer.from(data, "base64").toString()) as Usage; // the sender says so
    return { ...usage, key: usageId, seconds, sequenceNumber };
  }
  const { ApproximateCreationDateTime: seconds, SequenceNumber: sequenceNumber, NewImage } = record.dynamodb;
  if (record.eventName !== "INSERT" || NewImage === undefined) return undefined;
  const usage = { customerId: NewImage.customerId.S, units: Number(NewImage.units.N) };
  return { ...usage, key: record.eventID, seconds, sequenceNumber };
}

/** Longer than the stream keeps a record: 24 hours, by default. */
export const RETENTION_SECONDS = 25 * 3_600;

export const createStreamMeter =
  (store: CounterStore) =>
  async ({ Records }: { readonly Records: readonly (TableRecord | KinesisRecord)[] }) => {
    for (const usage of Records.map(usageOf).filter((one) => one !== undefined)) {
      const { key: idempotencyKey, customerId, units, seconds, sequenceNumber } = usage;
      const request = { id: `usage#${customerId}`, commands: [increment(units)], idempotencyKey };
      try {
        await store.apply({ ...request, issuedAt: Math.floor(seconds * 1_000) });
      } catch (error) {
        if (!isCounterError(error)) throw error;
        return { batchItemFailures: [{ itemIdentifier: sequenceNumber }] }; // Lambda goes on from this record.
      }
    }
    return { batchItemFailures: [] };
  };

const idempotency = { retentionSeconds: RETENTION_SECONDS, strategy: "separate-item" } as const;
const tableName = process.env["TABLE_NAME"] ?? "counters";
const store = createDynamoDBCounterStore({ client: new DynamoDBClient(), tableName, idempotency });

/** The Lambda function of a stream, with `ReportBatchItemFailures`. */
export const handler = createStreamMeter(store);
