import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { replayHistory } from "../replay/replay-history.ts";
import type { ExecutionHistoryEvent } from "../service/execution-history.ts";
import { simulate, simulateWithFaults } from "./simulate.ts";
import { startSimulation } from "./start-simulation.ts";

/** The events of the execution itself carry its name, which differs from test to test. */
const line = ({ EventType, Name }: ExecutionHistoryEvent) =>
  Name === undefined || EventType.startsWith("Execution") ? EventType : `${EventType} ${Name}`;

test("the history has one event for each change, in the format of the service", async () => {
  let failures = 0;
  const handler = withDurableExecution(async (_event, context) => {
    await context.step("charge", async () => {
      if (failures++ === 0) throw new Error("declined");
    });
    await context.wait("cool down", { seconds: 5 });
    await context.waitForCallback("approval", async () => undefined);
    return context.invoke("bank", "payments", { amount: 5 });
  });

  const { history } = await simulate(handler, {
    payload: { amount: 5 },
    callbacks: { approval: () => "yes" },
    functions: { payments: async () => "paid" },
  });

  expect(history.map(({ EventId }) => EventId)).toEqual(history.map((_, index) => index + 1));
  expect(history.map(line)).toEqual([
    "ExecutionStarted",
    "StepStarted charge",
    "StepFailed charge",
    "InvocationCompleted",
    "StepStarted charge",
    "StepSucceeded charge",
    "WaitStarted cool down",
    "InvocationCompleted",
    "WaitSucceeded cool down",
    "ContextStarted approval",
    "CallbackStarted",
    "StepStarted",
    "StepSucceeded",
    "InvocationCompleted",
    "CallbackSucceeded",
    "ContextSucceeded approval",
    "ChainedInvokeStarted bank",
    "InvocationCompleted",
    "ChainedInvokeSucceeded bank",
    "InvocationCompleted",
    "ExecutionSucceeded",
  ]);
  const failed = history.find(({ EventType }) => EventType === "StepFailed");
  expect(failed?.["StepFailedDetails"]).toMatchObject({
    Error: { Payload: { ErrorMessage: "declined" } },
    RetryDetails: { CurrentAttempt: 1 },
  });
  expect(history.at(-1)?.["ExecutionSucceededDetails"]).toMatchObject({ Result: { Payload: '"paid"' } });
});

test("the history of a simulation can be replayed", async () => {
  const checkout = (name: string) =>
    withDurableExecution(async (event: { amount: number }, context) => {
      await context.step(name, async () => event.amount);
      await context.wait("cool down", { days: 30 });
    });

  const { history } = await simulate(checkout("price"), { payload: { amount: 5 } });

  expect(await replayHistory(checkout("price"), history)).toMatchObject({ compatible: true });
  expect(await replayHistory(checkout("cost"), history)).toMatchObject({ compatible: false });
});

test("the history has the input, also if it is the default one", async () => {
  const { history } = await simulate(withDurableExecution(async (event: unknown) => event));
  expect(history[0]).toMatchObject({ ExecutionStartedDetails: { Input: { Payload: "{}" } } });
});

test("an invocation whose process died is completed with an error", async () => {
  const handler = withDurableExecution(async (_event, context) => context.step("charge", async () => 1));
  let crashes = 0;

  const { history } = await simulateWithFaults(handler, {}, ({ at }) =>
    at === "checkpoint-answer" && crashes++ === 0 ? "crash" : undefined,
  );

  const errors = history
    .filter(({ EventType }) => EventType === "InvocationCompleted")
    .map(({ InvocationCompletedDetails }) => InvocationCompletedDetails);
  expect(errors).toMatchObject([{ Error: { Payload: { ErrorType: "Runtime.ExitError" } } }, { Error: {} }]);
});

test("an execution that is suspended has a history so far", async () => {
  const handler = withDurableExecution(async (_event, context) => context.wait("night", { hours: 8 }));
  const run = await startSimulation(handler);
  expect(run.history.map(line)).toEqual(["ExecutionStarted", "WaitStarted night", "InvocationCompleted"]);
  await run.finish();
  expect(run.history.map(line).at(-1)).toBe("ExecutionSucceeded");
});
