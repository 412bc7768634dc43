import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { isCounterError, type CounterStore } from "@durable-counter/core";
import { durableCounter } from "@durable-counter/durable";

interface Order {
  readonly id: string;
  readonly quantity: number;
}

/** The store is, for example, `createDynamoDBCounterStore({ client, tableName })`. */
export const createHandler = (store: CounterStore) =>
  withDurableExecution(async (order: Order, context) => {
    const options = { store, id: "stock-42", idempotencyKey: order.id, limits: { min: 0 } };
    const stock = durableCounter(context, options);
    try {
      const left = await stock.decrement(order.quantity);
      await context.wait({ hours: 24 });
      return { left };
    } catch (error) {
      if (!isCounterError(error, "limit-exceeded")) throw error;
      return { soldOut: true };
    }
  });
