/** The test that the recipe shows. */
import { increment } from "@durable-counter/core";
import { crashable, exploreCrashes, MemoryCounterStore } from "@durable-counter/testing";
import { expect, test } from "vitest";
import { createReservationHandler } from "../../examples/05-stock-with-reservations.ts";

test("wherever the process dies, an order that is paid is sold once", async () => {
  const store = new MemoryCounterStore({ limits: { min: 0 } });
  const handler = createReservationHandler(crashable(store, "store"), async () => undefined);
  const { failures, points } = await exploreCrashes(handler, {
    payload: { orderId: "order-4713", sku: "stock-42", quantity: 2 },
    callbacks: { payment: () => "paid" },
    beforeEach: async () => {
      await store.delete("stock-42");
      await store.apply({ id: "stock-42", commands: [increment(10)] });
    },
    check: async ({ result }) => {
      expect(result).toMatchObject({ status: "sold" });
      expect(await store.get("stock-42")).toBe(8);
    },
  });
  expect(failures.map(({ message }) => message)).toEqual([]);
  expect(points).toBeGreaterThan(5);
});
