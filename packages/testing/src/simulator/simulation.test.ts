import { inspect } from "node:util";
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { simulate } from "./simulate.ts";

const handler = withDurableExecution(async (_event: unknown, context: DurableContext) =>
  context.step("charge", async () => 5),
);

test("a printed or copied simulation shows its operations and its history", async () => {
  const simulation = await simulate(handler);
  expect(inspect(simulation, { depth: 1 })).not.toContain("[Getter]");
  expect(inspect(simulation, { depth: 4 })).toMatch(/operations: \[[^]*name: 'charge'[^]*history: \[/);
  for (const copy of [{ ...simulation }, structuredClone(simulation)]) expect(copy).toEqual(simulation);
  expect(Object.keys(simulation).toSorted()).toEqual(
    ["status", "result", "invocations", "checkpoints", "bytesWritten", "operations", "history"].toSorted(),
  );
});

test("the operations of a simulation are the same array each time", async () => {
  const simulation = await simulate(handler);
  expect(simulation.operations).toBe(simulation.operations);
  expect(simulation.history).toBe(simulation.history);
});
