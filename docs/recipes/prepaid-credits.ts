// Prepaid credits: a customer pays with credits, which go to the seller. The two counters and an audit entry change in one
// transaction, once per order, and no customer falls below 0.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { increment, isCounterError, transfer } from "@durable-counter/core";
import { applyAll, createDynamoDBCounterStore, type DynamoDBCounterStore } from "@durable-counter/dynamodb";

export interface Payment {
  readonly orderId: string;
  /** In milliseconds since 1970: an order that comes too late is refused, not paid again. */
  readonly orderedAt: number;
  readonly customer: string;
  readonly seller: string;
  readonly credits: number;
}

const account = (name: string) => `credits#${name}`;

export function createPayments(store: DynamoDBCounterStore<[typeof applyAll]>, auditTable: string) {
  return {
    topUp: async (customer: string, credits: number, paymentId: string) =>
      store.apply({ id: account(customer), commands: [increment(credits)], idempotencyKey: paymentId }),

    pay: async ({ orderId, orderedAt, customer, seller, credits }: Payment) => {
      const entry = {
        orderId: { S: orderId },
        orderedAt: { N: String(orderedAt) },
        from: { S: customer },
        to: { S: seller },
        credits: { N: String(credits) },
      };
      try {
        const { from: left } = await transfer(
          store,
          {
            from: account(customer),
            to: account(seller),
            amount: credits,
            limits: { min: 0 },
            idempotencyKey: orderId,
            issuedAt: orderedAt,
          },
          { alongside: [{ Put: { TableName: auditTable, Item: entry } }] },
        );
        return { paid: true, left };
      } catch (error) {
        if (!isCounterError(error, "limit-exceeded")) throw error;
        return { paid: false, left: error.details["value"] };
      }
    },
  };
}

const requestHandler = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };
const client = new DynamoDBClient({ maxAttempts: 3, requestHandler });
const tableName = process.env["TABLE_NAME"] ?? "counters";
const store = createDynamoDBCounterStore({ client, tableName, capabilities: [applyAll] });
const payments = createPayments(store, process.env["AUDIT_TABLE_NAME"] ?? "audit");

/** The Lambda function. The event is a {@link Payment}. */
export const handler = async (event: Payment) => payments.pay(event);
