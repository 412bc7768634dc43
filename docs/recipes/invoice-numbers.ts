// Invoice numbers without gaps: each order gets the next number, and gets the same one however often it asks. Where gaps do
// not matter, a process takes a block of numbers with one request.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { increment, type CounterStore } from "@durable-counter/core";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";

export interface InvoiceRequest {
  readonly orderId: string;
  /** When the order was placed, in milliseconds since 1970. */
  readonly orderedAt: number;
}

/** For how long an order gets its own number again. A later one is refused, and gets no second number. */
export const RETENTION_SECONDS = 30 * 24 * 3_600;

/** @param year of the invoices: each year has numbers of its own */
export function createInvoiceNumbers(store: CounterStore, year: number) {
  const id = `invoices#${year}`;
  return {
    numberOf: async ({ orderId, orderedAt }: InvoiceRequest): Promise<string> => {
      const request = { id, commands: [increment()], idempotencyKey: orderId, issuedAt: orderedAt };
      const { value } = await store.apply(request);
      return `${year}-${String(value).padStart(6, "0")}`;
    },
    /** Takes `size` numbers. What the caller does not use of them is a gap. */
    takeBlock: async (size: number, idempotencyKey: string) => {
      const { value } = await store.apply({
        id: `vouchers#${year}`,
        commands: [increment(size)],
        idempotencyKey,
      });
      return Array.from({ length: size }, (_, index) => value - size + 1 + index);
    },
  };
}

// By default the AWS SDK waits for ever. A Lambda must end in time.
const requestHandler = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };
const client = new DynamoDBClient({ maxAttempts: 3, requestHandler });
const store = createDynamoDBCounterStore({
  client,
  tableName: process.env["TABLE_NAME"] ?? "counters",
  // Every invoice of the year is counted in one item: keys that are kept for a month belong in items of their own.
  idempotency: { retentionSeconds: RETENTION_SECONDS, strategy: "separate-item" },
});

/** The Lambda function. The event is an {@link InvoiceRequest}. */
export const handler = async (event: InvoiceRequest) => {
  const invoices = createInvoiceNumbers(store, new Date(event.orderedAt).getUTCFullYear());
  return { invoiceNumber: await invoices.numberOf(event) };
};
