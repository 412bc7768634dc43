import type { StoreWithHolds } from "@durable-counter/core";

/** What the README shows: 2 are taken, and 1 of them is sold. */
export async function sellOneOfTwo(store: StoreWithHolds) {
  const { holdId, value, expiresAt } = await store.hold({
    id: "stock",
    amount: 2,
    expiresIn: 900,
    idempotencyKey: "order-1018",
  });
  const sold = await store.commit({ id: "stock", holdId, amount: 1 });
  return { value, expiresAt, sold };
}
