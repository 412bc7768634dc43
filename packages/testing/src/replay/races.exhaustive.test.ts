import { NestingType, withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { describe, expect, test } from "vitest";
import { replayHistory } from "./replay-history.ts";
import { simulatedHistory } from "./simulated-history.fixture.ts";

const raced = async (context: DurableContext) =>
  Promise.race([context.wait("short", { seconds: 1 }), context.wait("long", { seconds: 9 })]);

describe("reports no problem for the code that made the history, with", () => {
  test.each<[string, (context: DurableContext) => Promise<unknown>]>([
    ["a wait that was left open", raced],
    [
      "a branch that lost, and was further than the one that won",
      async (context) => {
        const slow = async () => {
          for (let step = 0; step < 20; step += 1) await context.step(`${step}`, async () => step);
          await context.wait("long", { seconds: 9 });
        };
        return Promise.race([context.wait("short", { seconds: 1 }), slow()]);
      },
    ],
    [
      "a callback that timed out, and was caught",
      async (context) => {
        const [answer] = await context.createCallback("asked", { timeout: { seconds: 1 } });
        const late = await answer.catch(String);
        return [late, await context.step("after", async () => late)];
      },
    ],
    [
      "a callback that timed out, and was not caught",
      async (context) => context.waitForCallback("asked", async () => undefined, { timeout: { seconds: 1 } }),
    ],
  ])("%s", async (_, program) => {
    const handler = withDurableExecution(async (_event, context) => program(context));
    const history = await simulatedHistory(handler, {});

    const { problems } = await replayHistory(handler, history, { at: "every-event" });
    expect(problems).toEqual([]);
  });
});

test("code can end where the recorded execution was about to end", async () => {
  const handler = withDurableExecution(async (_event, context) => raced(context));
  const history = await simulatedHistory(handler, {});
  // As AWS's local runner writes it: the short wait ends before the invocation does.
  const seen = history.findIndex(({ EventType }) => EventType === "WaitSucceeded");
  const [wait, invocation] = [history[seen], history[seen - 1]];
  expect(invocation?.EventType).toBe("InvocationCompleted");
  const swapped = [
    ...history.slice(0, seen - 1),
    { ...wait, EventId: seen },
    { ...invocation, EventId: seen + 1 },
  ];

  expect(await replayHistory(handler, [...swapped, ...history.slice(seen + 1)])).toMatchObject({
    compatible: true,
  });
});

test("a branch that waits for a recorded operation does not continue", async () => {
  const handler = withDurableExecution(async (_event, context) =>
    context.map("all", [1, 2], async (each, item) => each.wait({ hours: item }), {
      nesting: NestingType.FLAT,
    }),
  );
  const history = await simulatedHistory(handler, {});
  const suspended = history.findIndex(({ EventType }) => EventType === "InvocationCompleted");

  const { compatible, next } = await replayHistory(handler, history.slice(0, suspended + 1));
  expect({ compatible, next }).toEqual({ compatible: true, next: undefined });
});
