import { decrement, increment } from "@durable-counter/core";
import { crashable, exploreCrashes, MemoryCounterStore } from "@durable-counter/testing";
import { expect, test } from "vitest";
import { createCounterHandler } from "./index.ts";

test("the example of the README runs", async () => {
  const table = new MemoryCounterStore();
  const store = crashable(table, "store");
  const { failures, points } = await exploreCrashes(createCounterHandler({ store }), {
    payload: { counterId: "cart-7", commands: [increment(5), decrement(2)] },
    beforeEach: () => table.delete("cart-7"),
    check: async () => expect(await table.get("cart-7")).toBe(3),
  });
  expect({ failures, points }).toEqual({ failures: [], points: 10 });
});
