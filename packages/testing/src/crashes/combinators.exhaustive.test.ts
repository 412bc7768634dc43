import { setTimeout as sleep } from "node:timers/promises";
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { exploreCrashes } from "./explore-crashes.ts";

const fast = (context: DurableContext) => context.step("fast", () => sleep(1, "fast"));
const slow = (context: DurableContext) => context.step("slow", () => sleep(40, "slow"));
const failing = (context: DurableContext) =>
  context.step("failing", () => Promise.reject(new Error("no")), {
    retryStrategy: () => ({ shouldRetry: false }),
  });
const first = { completionConfig: { minSuccessful: 1 } };

// Each run waits for the body, so they run side by side.
test.concurrent.each<[string, (context: DurableContext) => Promise<unknown>]>([
  ["Promise.race", (context) => Promise.race([fast(context), slow(context)])],
  ["Promise.any", (context) => Promise.any([failing(context), fast(context), slow(context)])],
  ["Promise.all that fails", (context) => Promise.all([failing(context), slow(context)]).catch(String)],
  ["context.promise.race", (context) => context.promise.race([fast(context), slow(context)])],
  ["context.promise.any", (context) => context.promise.any([failing(context), fast(context), slow(context)])],
  [
    "context.promise.all that fails",
    (context) => context.promise.all([failing(context), slow(context)]).then(String, String),
  ],
  [
    "a race within a child context",
    (context) =>
      context.runInChildContext("race", async (inner) => inner.promise.race([fast(inner), slow(inner)])),
  ],
  [
    "a parallel beside a callback",
    async (context) =>
      (
        await context.parallel([fast, (branch) => branch.waitForCallback("answer", () => sleep(40))], first)
      ).getResults(),
  ],
  [
    "a parallel beside a condition",
    async (context) =>
      (
        await context.parallel(
          [
            fast,
            (branch) =>
              branch.waitForCondition("poll", () => sleep(40, "polled"), {
                initialState: "",
                waitStrategy: () => ({ shouldContinue: false }),
              }),
          ],
          first,
        )
      ).getResults(),
  ],
  [
    "a parallel beside a step that is retried",
    async (context) =>
      (
        await context.parallel(
          [fast, (branch) => branch.step("retried", () => Promise.reject(new Error("no")))],
          first,
        )
      ).getResults(),
  ],
])("a body that is left behind does not block the wait after it: %s", async (_, program) => {
  const handler = withDurableExecution(async (_event: unknown, context: DurableContext) => {
    const outcome = await program(context);
    await context.wait({ seconds: 5 });
    return outcome;
  });
  const { failures, points } = await exploreCrashes(handler, { unfinished: "allow", compare: "outcome" });
  expect(failures.map(({ message }) => message)).toEqual([]);
  expect(points).toBeGreaterThan(5);
});
