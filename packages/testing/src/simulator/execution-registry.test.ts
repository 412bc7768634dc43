import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { simulate } from "./simulate.ts";
import { ExecutionRegistry } from "./execution-registry.ts";

function counting() {
  let runs = 0;
  const handler = withDurableExecution(async (_event: unknown, context) => {
    await context.wait({ seconds: 1 });
    return context.step("run", async () => ++runs);
  });
  const started = new ExecutionRegistry();
  const start = (executionName: string, payload: unknown) =>
    simulate(handler, { executionName, payload, started });
  return { start, started, runs: () => runs };
}

test("a second start with the same name and payload gets the first outcome", async () => {
  const { start, runs } = counting();
  expect((await start("order-1", { amount: 5 })).result).toBe(1);
  expect((await start("order-1", { amount: 5 })).result).toBe(1);
  expect((await start("order-2", { amount: 5 })).result).toBe(2);
  expect(runs()).toBe(2);
});

test("a second start with the same name and payload joins a running execution", async () => {
  const { start, runs } = counting();
  const both = await Promise.all([start("order-1", 5), start("order-1", 5)]);
  expect(both.map(({ result }) => result)).toEqual([1, 1]);
  expect(runs()).toBe(1);
});

test("refuses another payload without running the handler", async () => {
  const { start, runs } = counting();
  await start("order-1", { amount: 5 });
  await expect(start("order-1", { amount: 6 })).rejects.toThrow(
    /"order-1" was started with another payload. Use another name/u,
  );
  await expect(start("order-1", { amount: 6 })).rejects.toMatchObject({
    name: "DurableExecutionAlreadyStartedException",
  });
  expect(runs()).toBe(1);
});

test("a name can be used again once it is forgotten", async () => {
  const { start, started, runs } = counting();
  await start("order-1", 5);
  started.forget();
  expect((await start("order-1", 6)).result).toBe(2);
  expect(runs()).toBe(2);
});
