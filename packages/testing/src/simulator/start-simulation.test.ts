import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { startSimulation } from "./start-simulation.ts";

const handler = withDurableExecution(async (event: { order: string }, context) => {
  const approval = await context.waitForCallback("approval", async () => undefined);
  await context.wait("cool down", { days: 1 });
  await context.step("ship", async () => undefined);
  return [event.order, approval];
});

test("runs until suspended, and goes on when the test answers a callback and lets time pass", async () => {
  const run = await startSimulation<string[]>(handler, { payload: { order: "order-7" } });
  expect(run.status).toBe("SUSPENDED");
  expect(run.waitingFor).toEqual(['Callback "approval" (1-1), which has no answer']);

  await run.completeCallback("approval", "yes");
  expect(run.operations).toMatchObject([{}, { result: "yes" }, {}, { name: "cool down", status: "STARTED" }]);

  const start = run.now;
  await run.advance({ hours: 23 });
  expect(run.status).toBe("SUSPENDED");
  await run.advance({ hours: 1 });
  expect(run.status).toBe("SUCCEEDED");
  expect(run.now.getTime() - start.getTime()).toBe(24 * 3_600_000);
  expect(await run.finish()).toMatchObject({ result: ["order-7", "yes"], invocations: 3 });
});

test("runs to the end from where the test has left it", async () => {
  const run = await startSimulation(handler, { payload: { order: "order-7" } });
  await run.completeCallback("approval");
  expect(await run.finish()).toMatchObject({ status: "SUCCEEDED", result: ["order-7", null] });
});

test("fails a callback by an error, or by the fields of the API", async () => {
  for (const error of [new RangeError("too much"), { ErrorType: "RangeError", ErrorMessage: "too much" }]) {
    const run = await startSimulation(handler, { payload: { order: "order-7" } });
    await run.failCallback("approval", error);
    expect(run.status).toBe("FAILED");
    expect(run.operations[1]).toMatchObject({ error: { type: "RangeError", message: "too much" } });
  }
});

test("refuses an error of more than 256 KB, as the service does, and leaves the callback open", async () => {
  const run = await startSimulation(handler, { payload: { order: "order-7" } });
  await expect(run.failCallback("approval", new Error("x".repeat(262_144)))).rejects.toThrow(
    "CALLBACK error payload size must be less than or equal to 262144 bytes.",
  );
  expect(run.waitingFor.join()).toContain("approval");
});

test("times out a callback when the time has passed", async () => {
  const waiting = withDurableExecution(async (_event, context) => {
    const [answer] = await context.createCallback("approval", { timeout: { hours: 1 } });
    return answer.catch((error: unknown) => (error as Error).message);
  });
  const run = await startSimulation(waiting);
  await run.advance({ hours: 2 });
  expect(await run.finish()).toMatchObject({ result: "Callback timed out" });
});

test("finds a callback by its id, and names the open ones where it finds none, or several", async () => {
  const two = withDurableExecution(async (_event, context) => {
    const all = await context.map([1, 2], (child) =>
      child.waitForCallback("approval", async () => undefined),
    );
    return all.getResults();
  });
  const run = await startSimulation(two);
  await expect(run.completeCallback("aproval")).rejects.toThrow(
    'No callback "aproval" is open; open are: "approval", "approval".',
  );
  await expect(run.completeCallback("approval")).rejects.toThrow('2 callbacks named "approval" are open');
  const ids = run.operations.flatMap(({ callbackId }) => callbackId ?? []);
  for (const [index, id] of ids.entries()) await run.completeCallback(id, `${index}`);
  expect(await run.finish()).toMatchObject({ result: ["0", "1"] });
});

test("stops where nothing is left that could happen", async () => {
  const run = await startSimulation(handler, { payload: { order: "order-7" } });
  await expect(run.finish()).rejects.toThrow("nothing is left to resume it");
});
