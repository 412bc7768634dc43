import { setTimeout as sleep } from "node:timers/promises";
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { exploreCrashes } from "./explore-crashes.ts";

const fast = (context: DurableContext) => context.step("fast", () => sleep(1, "fast"));
/** Runs until the outcome is known, however fast the machine is, and is then left behind while the handler waits. */
const slow = (context: DurableContext, known: Promise<unknown>) => context.step("slow", () => known);
const failing = (context: DurableContext) =>
  context.step("failing", () => Promise.reject(new Error("no")), {
    retryStrategy: () => ({ shouldRetry: false }),
  });
const first = { completionConfig: { minSuccessful: 1 } };

// Each run waits for timers of the durable SDK, so they run side by side.
test.concurrent.each<[string, (context: DurableContext, known: Promise<unknown>) => Promise<unknown>]>([
  ["Promise.race", (context, known) => Promise.race([fast(context), slow(context, known)])],
  ["Promise.any", (context, known) => Promise.any([failing(context), fast(context), slow(context, known)])],
  [
    "Promise.all that fails",
    (context, known) => Promise.all([failing(context), slow(context, known)]).catch(String),
  ],
  ["context.promise.race", (context, known) => context.promise.race([fast(context), slow(context, known)])],
  [
    "context.promise.any",
    (context, known) => context.promise.any([failing(context), fast(context), slow(context, known)]),
  ],
  [
    "context.promise.all that fails",
    (context, known) => context.promise.all([failing(context), slow(context, known)]).then(String, String),
  ],
  [
    "a race within a child context",
    (context, known) =>
      context.runInChildContext("race", async (inner) =>
        inner.promise.race([fast(inner), slow(inner, known)]),
      ),
  ],
  [
    "a parallel beside a callback",
    async (context, known) =>
      (
        await context.parallel(
          [fast, (branch) => branch.waitForCallback("answer", async () => void (await known))],
          first,
        )
      ).getResults(),
  ],
  [
    "a parallel beside a condition",
    async (context, known) =>
      (
        await context.parallel(
          [
            fast,
            (branch) =>
              branch.waitForCondition("poll", () => known, {
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
    const { promise: known, resolve } = Promise.withResolvers<string>();
    const outcome = await program(context, known);
    const waited = context.wait({ seconds: 5 });
    setTimeout(resolve, 1, "too late"); // not before the handler waits
    await waited;
    return outcome;
  });
  const { failures, points } = await exploreCrashes(handler, { unfinished: "allow", compare: "outcome" });
  expect(failures.map(({ message }) => message)).toEqual([]);
  expect(points).toBeGreaterThan(5);
});
