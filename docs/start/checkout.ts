import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { durableCounter } from "@durable-counter/durable";
import type { CounterStore } from "@durable-counter/core";

/** Takes an order from stock, waits a day, and puts it back if nobody has paid. */
export const createHandler = (store: CounterStore, isPaid: (order: string) => Promise<boolean>) =>
  withDurableExecution(async ({ order, pieces }: { order: string; pieces: number }, context) => {
    const stock = durableCounter(context, { store, id: "stock", limits: { min: 0 } });
    await stock.decrement(pieces);
    await context.wait({ days: 1 });
    const paid = await context.step("paid?", () => isPaid(order));
    if (!paid) await stock.increment(pieces);
    return paid ? "sold" : "put back";
  });
