import { createRetryStrategy, JitterStrategy, withDurableExecution } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { simulate } from "./simulate.ts";

test("stops a handler that awaits a promise that never settles", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    await context.step("first", async () => 1);
    await new Promise(() => undefined);
  });

  await expect(simulate(handler, { timeoutMs: 20 })).rejects.toMatchObject({
    name: "SimulationStoppedError",
    waitingFor: [],
    message: expect.stringMatching(
      /^Invocation 1 did not end within 20 ms.*a promise outside of them never settled/s,
    ),
  });
});

test("names the step that never ends", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    await context.runInChildContext("child", async (child) =>
      child.step("stuck", () => new Promise(() => undefined)),
    );
  });

  await expect(simulate(handler, { timeoutMs: 20 })).rejects.toMatchObject({
    waitingFor: ['Step "stuck" (1-1), which started and has not ended'],
  });
});

test("stops a condition that never holds", async () => {
  const handler = withDurableExecution(async (_event, context) =>
    context.waitForCondition("never", async (polls: number) => polls + 1, {
      initialState: 0,
      waitStrategy: () => ({ shouldContinue: true, delay: { seconds: 1 } }),
    }),
  );

  await expect(simulate(handler, { maxInvocations: 3 })).rejects.toMatchObject({
    message: expect.stringMatching(/^The execution did not end within 3 invocations/),
    waitingFor: [expect.stringMatching(/^WaitForCondition "never" \(1\)/)],
  });
});

test("stops for an invoked function that never answers", async () => {
  const handler = withDurableExecution(async (_event, context) => context.invoke("silent", {}));
  const functions = { silent: () => new Promise(() => undefined) };

  await expect(simulate(handler, { functions, timeoutMs: 50 })).rejects.toThrow(
    'The invoked function "silent" did not settle within 50 ms of real time.',
  );
});

test("stops if a body waits for an event after the end of its invocation", async () => {
  let attempts = 0;
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const handler = withDurableExecution(async (_event, context) => {
    const retryStrategy = createRetryStrategy({
      initialDelay: { hours: 1 },
      maxDelay: { hours: 1 },
      jitter: JitterStrategy.NONE,
    });
    const retried = context.step(
      "retried",
      async () => {
        attempts += 1;
        if (attempts === 1) throw new Error("once");
        release();
      },
      { retryStrategy },
    );
    await Promise.all([retried, context.step("waiting", async () => released)]);
  });

  await expect(simulate(handler, { timeoutMs: 200 })).rejects.toMatchObject({
    waitingFor: [
      'Step "retried" (1), whose next attempt is at 2026-01-01T01:00:00.000Z of virtual time',
      'Step "waiting" (2), which started and has not ended',
    ],
  });
});
