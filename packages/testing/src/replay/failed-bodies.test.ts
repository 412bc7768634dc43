import { setTimeout as sleep } from "node:timers/promises";
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { describe, expect, test } from "vitest";
import { replayHistory } from "./replay-history.ts";
import { simulatedHistory } from "./simulated-history.fixture.ts";

type Code = (context: DurableContext) => Promise<unknown>;

const LARGE = "x".repeat(300_000);
const deployed = (code: Code) => withDurableExecution(async (_event, context) => code(context));

/** Code whose execution fails within the body of an operation, and that operation. */
const programs: readonly (readonly [name: string, code: Code, operation: string])[] = [
  ["a result that is too large", (context) => context.step("large", async () => LARGE), 'step "large"'],
  [
    "a result that is too large, after the step has started",
    (context) => context.step("large", async () => sleep(30, LARGE)),
    'step "large"',
  ],
  [
    "a result that is too large, in a map",
    (context) => context.map("map", [1], (child) => child.step("large", async () => LARGE)),
    'map "map"',
  ],
  [
    "a parent context in a step",
    (context) => context.step("outer", () => context.step("inner", async () => 1)),
    'step "outer"',
  ],
  [
    "a parent context in a waitForCondition",
    (context) =>
      context.waitForCondition("poll", () => context.step("inner", async () => 1), {
        initialState: 0,
        waitStrategy: () => ({ shouldContinue: false }),
      }),
    'waitForCondition "poll"',
  ],
  [
    "a parent context in the submitter of a callback",
    (context) =>
      context.waitForCallback("approval", async () => void (await context.step("inner", async () => 1))),
    "an unnamed step (operation 1-2)",
  ],
];

describe("an execution that failed within a body, replayed by the same code, is undetermined:", () => {
  test.each(programs)("%s", async (_, code, operation) => {
    const history = await simulatedHistory(deployed(code), {});
    expect(history.at(-1)?.EventType).toBe("ExecutionFailed");
    const { compatible, problems, undetermined, message } = await replayHistory(deployed(code), history, {
      at: "every-event",
    });
    expect({ compatible, problems }).toEqual({ compatible: true, problems: [] });
    expect(undetermined).toEqual([expect.stringContaining(`comes to the body of ${operation}`)]);
    expect(message).toContain(
      "No body runs in a replay, so it cannot tell whether today's code fails there too.",
    );
  });
});

test("another operation in the place of a failed one is still a problem", async () => {
  const history = await simulatedHistory(
    deployed((context) => context.step("large", async () => sleep(30, LARGE))),
    {},
  );
  const { compatible, problems } = await replayHistory(
    deployed((context) => context.step("other", async () => 1)),
    history,
  );
  expect(compatible).toBe(false);
  expect(problems[0]?.message).toContain('step "other" in today\'s code');
});

test("code that ends where the recorded execution failed is still a problem", async () => {
  const history = await simulatedHistory(
    deployed((context) => context.step("large", async () => LARGE)),
    {},
  );
  expect(
    await replayHistory(
      deployed(async () => "done"),
      history,
    ),
  ).toMatchObject({ compatible: false });
});
