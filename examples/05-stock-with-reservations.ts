// Stock that is reserved while the buyer pays. The hold takes it at once, so nothing is sold twice; a payment makes it final, and
// without one it comes back: by the release, or when the hold expires, even if this execution never runs again.
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { isCounterError, type StoreWithHolds } from "@durable-counter/core";
import { createDynamoDBCounterStore, holds } from "@durable-counter/dynamodb";
import { client, tableName } from "./dynamodb-client.ts";

type Order = Readonly<{ orderId: string; sku: string; quantity: number }>;

const PAY_WITHIN = { minutes: 15 };
const HOLD_SECONDS = 20 * 60; // longer than the buyer has, so that whoever has paid finds the stock

/** @param requestPayment asks the buyer to pay; the payment service completes the callback */
export function createReservationHandler(
  store: StoreWithHolds,
  requestPayment: (order: Order, callbackId: string) => Promise<void>,
) {
  return withDurableExecution(async (order: Order, context: DurableContext) => {
    const { orderId, sku, quantity } = order;
    const hold = { id: sku, holdId: orderId };
    const { durableExecutionArn: callerId } = context.executionContext;
    const isHeld = await context.step("hold", () =>
      orRefused("limit-exceeded", () =>
        store.hold({ id: sku, amount: quantity, expiresIn: HOLD_SECONDS, idempotencyKey: orderId, callerId }),
      ),
    );
    if (!isHeld) return { orderId, status: "sold out" };
    const isPaid = await context
      .waitForCallback("payment", (callbackId) => requestPayment(order, callbackId), { timeout: PAY_WITHIN })
      .then(
        () => true,
        () => false,
      );
    if (!isPaid) {
      await context.step("release", () => orRefused("invalid-input", () => store.release(hold)));
      return { orderId, status: "cancelled" };
    }
    const isSold = await context.step("commit", () => orRefused("invalid-input", () => store.commit(hold)));
    return { orderId, status: isSold ? "sold" : "to be refunded" };
  });
}

/** Whether a request succeeded. Any other error fails the step, which is then retried. */
async function orRefused(code: "limit-exceeded" | "invalid-input", request: () => Promise<unknown>) {
  try {
    await request();
    return true;
  } catch (error) {
    if (isCounterError(error, code)) return false;
    throw error;
  }
}

const store = createDynamoDBCounterStore({ client, tableName, limits: { min: 0 }, capabilities: [holds] });
export const handler = createReservationHandler(store, async ({ orderId }, callbackId) => {
  console.info(JSON.stringify({ orderId, callbackId })); // Send both to your payment service.
});
