// A monthly quota: a customer may convert so many pages per billing month, which starts on the day of the subscription. Every
// document counts once, in the month in which it was sent.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { increment, isCounterError, type CounterStore } from "@durable-counter/core";
import { calendarWindow } from "@durable-counter/core/windows";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";

export interface Conversion {
  readonly documentId: string;
  /** In milliseconds since 1970: it decides in which month the document counts. */
  readonly sentAt: number;
  readonly customer: string;
  readonly pages: number;
  readonly plan: {
    readonly pagesPerMonth: number;
    /** The day of the month on which the customer is billed, from 1 to 31. */
    readonly billingDay: number;
  };
}

export function createQuota(store: CounterStore, timeZone: string) {
  return async ({ documentId, sentAt, customer, pages, plan }: Conversion) => {
    const max = plan.pagesPerMonth;
    try {
      const { remaining, resetsAt } = await store.apply({
        id: `pages#${customer}`,
        commands: [increment(pages)],
        limits: { max },
        window: calendarWindow({ per: "month", timeZone, anchorDay: plan.billingDay }),
        idempotencyKey: documentId,
        issuedAt: sentAt,
      });
      return { accepted: true, remaining, resetsAt };
    } catch (error) {
      if (!isCounterError(error, "limit-exceeded")) throw error;
      const { value, resetsAt } = error.details;
      return { accepted: false, remaining: Math.max(max - Number(value), 0), resetsAt };
    }
  };
}

// By default the AWS SDK waits for ever. A Lambda must end in time.
const requestHandler = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };
const client = new DynamoDBClient({ maxAttempts: 3, requestHandler });
const tableName = process.env["TABLE_NAME"] ?? "counters";
const store = createDynamoDBCounterStore({ client, tableName });
const useQuota = createQuota(store, "Europe/Zurich");

/** The Lambda function. The event is a {@link Conversion}. */
export const handler = async (event: Conversion) => useQuota(event);
