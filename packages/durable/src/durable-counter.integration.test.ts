import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { LocalDurableTestRunner } from "@aws/durable-execution-sdk-js-testing";
import { decrement, get } from "@durable-counter/core";
import { expect, test } from "vitest";
import { durableCounter } from "./index.ts";
import { runHandler } from "./run-handler.fixture.ts";

test("a counter in the execution does the same under AWS's own local runner", async () => {
  const handler = withDurableExecution(async (_event: unknown, context) => {
    const counter = durableCounter(context, { initial: 10 });
    await counter.increment(5);
    await context.wait({ hours: 1 });
    return [await counter.batch([decrement(3), get()]), await counter.get()];
  });
  const simulation = await runHandler(handler); // before the runner fakes the timers of this process
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });
  try {
    const execution = await new LocalDurableTestRunner({ handlerFunction: handler }).run();
    expect(execution.getResult()).toEqual(simulation.result);
    expect(execution.getOperations().map((operation) => operation.getName())).toEqual(simulation.names);
  } finally {
    await LocalDurableTestRunner.teardownTestEnvironment();
  }
});
