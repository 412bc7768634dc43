import { randomUUID } from "node:crypto";
import { once, scenario, type Scenario } from "./scenario.fixture.ts";

/** Handlers that are right, however they are crashed. */
export const correctHandlers: Readonly<Record<string, () => Scenario>> = {
  "values carried forward by steps": () =>
    scenario(async (context) => {
      let total = 0;
      for (const amount of [5, 2, 1]) {
        const before = total;
        total = await context.step(`add-${amount}`, async () => before + amount);
      }
      return total;
    }),
  "an idempotency key made in a step": () =>
    scenario(
      async (context, ledger) => {
        const idempotencyKey = await context.step("idempotencyKey", async () => randomUUID());
        return context.step("count", () => ledger.apply(idempotencyKey));
      },
      { stored: 1 },
      { normalize: (value) => (typeof value === "string" ? "an idempotency key" : value) },
    ),
  "an idempotency key from the execution's place": () =>
    scenario(
      (context, ledger) =>
        context.step("count", () => ledger.apply(context.executionContext.durableExecutionArn)),
      { stored: 1 },
    ),
  "a step that is retried": () =>
    scenario(
      (context, ledger) =>
        context.step(
          "count",
          async ({ attempt }) => {
            if (attempt < 2) throw new Error("not yet");
            return ledger.apply("t");
          },
          { retryStrategy: (_, attempt) => ({ shouldRetry: attempt < 2, delay: { seconds: 1 } }) },
        ),
      { stored: 1 },
    ),
  "a wait, a child and a refusal that is expected": () =>
    scenario(async (context) => {
      await context.wait("pause", { hours: 1 });
      const refused = await context
        .runInChildContext("child", (child) =>
          child.step("refuse", () => Promise.reject(new Error("no")), once),
        )
        .catch((error: unknown) => (error as Error).message);
      return refused;
    }),
  "a map of branches with keys of their own": () =>
    scenario(
      async (context, ledger) => {
        const counted = await context.map("count", ["a", "b", "c"], (branch, item) =>
          branch.step(`count-${item}`, () => ledger.apply(item)),
        );
        return counted.successCount;
      },
      { stored: 3 },
    ),
  "parallel branches that wait": () =>
    scenario(async (context) => {
      const both = await context.parallel("both", [
        async (branch) => {
          await branch.wait({ seconds: 5 });
          return branch.step("one", async () => 1);
        },
        (branch) => branch.step("two", async () => 2),
      ]);
      return both.getResults();
    }),
  "a callback, awaited": () =>
    scenario(
      (context) => context.waitForCallback("approval", async () => undefined),
      {},
      { callbacks: { approval: () => "yes" } },
    ),
  "a condition that is polled": () =>
    scenario((context) =>
      context.waitForCondition("grown", async (size: number) => size + 1, {
        initialState: 0,
        waitStrategy: (size) =>
          size < 3 ? { shouldContinue: true, delay: { minutes: 1 } } : { shouldContinue: false },
      }),
    ),
  "combinators over concurrent steps": () =>
    scenario(async (context) =>
      context.promise.all("all", [context.step("one", async () => 1), context.step("two", async () => 2)]),
    ),
};
