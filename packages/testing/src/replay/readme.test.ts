import { readFileSync } from "node:fs";
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { replayHistory } from "./replay-history.ts";

const file = new URL("checkout.history.json", import.meta.url);

test("today's code takes over a running execution", async () => {
  const tomorrow = withDurableExecution(async (event: { amount: number }, context) => {
    const total = await context.step("price", async () => event.amount * 2);
    await context.step("reserve", async () => "reserved");
    await context.wait("cool down", { days: 30 });
    return context.step("ship", async () => `shipped for ${total}`);
  });
  const history: unknown = JSON.parse(readFileSync(file, "utf8"));
  const { compatible, message } = await replayHistory(tomorrow, history);
  expect(compatible).toBe(false);
  expect(message).toBe(
    `
Today's code would break executions that are under way, as this history shows:
  - Operation 2 is wait "cool down" in the history, and step "reserve" in today's code. Was it replaced, or was an operation inserted before it? (An execution that stands at event 5 of 5.)
Let the executions under way end on the code they began with: publish a version with each deployment, and invoke the function by an alias. Or leave the recorded operations as they are, and add new ones after them.`.trimStart(),
  );
});

test("a step after the end of the history breaks nothing", async () => {
  const tomorrow = withDurableExecution(async (event: { amount: number }, context) => {
    const total = await context.step("price", async () => event.amount * 2);
    await context.wait("cool down", { days: 30 });
    await context.step("reserve", async () => "reserved");
    return context.step("ship", async () => `shipped for ${total}`);
  });

  const history: unknown = JSON.parse(readFileSync(file, "utf8"));
  expect(await replayHistory(tomorrow, history)).toMatchObject({ compatible: true, points: 1 });
});
