import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { isCounterError } from "@durable-counter/core";
import { crashable, exploreCrashes, MemoryCounterStore, simulate } from "@durable-counter/testing";
import { expect, test } from "vitest";
import { durableCounter, restoreCounterError } from "./index.ts";
import { createHandler } from "./quick-start.fixture.ts";

test("the example of the README counts once, wherever it crashes", async () => {
  const memory = new MemoryCounterStore({ initial: 10 });
  const { failures, points } = await exploreCrashes(createHandler(crashable(memory, "store")), {
    payload: { id: "order-1", quantity: 3 },
    beforeEach: () => memory.delete("stock-42"),
    check: async () => expect(await memory.get("stock-42")).toBe(7),
  });
  expect(failures).toEqual([]);
  expect(points).toBeGreaterThan(8);
});

test("the example of the README reports what is sold out", async () => {
  const handler = createHandler(new MemoryCounterStore({ initial: 2 }));
  const { result } = await simulate(handler, { payload: { id: "order-1", quantity: 3 } });
  expect(result).toEqual({ soldOut: true });
});

test("an error that left a child context is restored as the README does it", async () => {
  const handler = withDurableExecution(async (_event: unknown, context) => {
    const pay = (child: typeof context) => durableCounter(child, { limits: { min: 0 } }).decrement();
    const error = await context.runInChildContext("pay", pay).catch(restoreCounterError);
    if (isCounterError(error, "limit-exceeded")) return { value: error.details["value"] };
    return error;
  });
  expect((await simulate(handler)).result).toEqual({ value: 0 });
});
