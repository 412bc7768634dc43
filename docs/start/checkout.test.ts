import { crashable, exploreCrashes, MemoryCounterStore } from "@durable-counter/testing";
import { increment } from "@durable-counter/core";
import { expect, test } from "vitest";
import { createHandler } from "./checkout.ts";

test("wherever the process dies, an order that is not paid is put back once", async () => {
  const store = new MemoryCounterStore();
  const handler = createHandler(crashable(store, "store"), async () => false);
  const { failures, points } = await exploreCrashes(handler, {
    payload: { order: "A-1", pieces: 2 },
    beforeEach: async () => {
      await store.delete("stock");
      await store.apply({ id: "stock", commands: [increment(10)] });
    },
    check: async () => expect(await store.get("stock")).toBe(10),
  });
  expect(failures.map(({ message }) => message)).toEqual([]);
  expect(points).toBeGreaterThan(10);
});
