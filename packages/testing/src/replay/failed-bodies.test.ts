import { setTimeout as sleep } from "node:timers/promises";
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { describe, expect, test } from "vitest";
import { simulate } from "../simulator/simulate.ts";
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

describe("an execution that failed as its process failed within a body, replayed by the same code, is undetermined:", () => {
  const handler = deployed((context) => context.step("large", async () => 1n));

  /** The history of an execution that failed so, with another error in the place of its own. */
  async function historyWith(error?: { readonly ErrorType: string; readonly ErrorMessage: string }) {
    const { history } = await simulate(handler);
    const failed = history.at(-1);
    expect(failed?.EventType).toBe("ExecutionFailed");
    return error === undefined
      ? history
      : [...history.slice(0, -1), { ...failed, ExecutionFailedDetails: { Error: { Payload: error } } }];
  }

  test.each([
    ["a result that is no JSON", undefined],
    [
      "a time limit",
      {
        ErrorType: "Sandbox.Timedout",
        ErrorMessage: "RequestId: 1 Error: Task timed out after 3.00 seconds",
      },
    ],
    ["too little memory", { ErrorType: "Runtime.OutOfMemory", ErrorMessage: "RequestId: 1 Error: killed" }],
  ])("%s", async (_, error) => {
    const { compatible, problems, undetermined } = await replayHistory(handler, await historyWith(error));
    expect({ compatible, problems }).toEqual({ compatible: true, problems: [] });
    expect(undetermined).toEqual([expect.stringContaining('comes to the body of step "large"')]);
  });

  test("but not with an error of the code", async () => {
    const history = await historyWith({ ErrorType: "TypeError", ErrorMessage: "no such field" });
    expect(await replayHistory(handler, history)).toMatchObject({ compatible: false, undetermined: [] });
  });
});

test("code that fails as it did goes on with nothing", async () => {
  const handler = deployed((context) =>
    context.map("map", [1], () => context.step("of the parent", async () => 1)),
  );
  const { history, error } = await simulate(handler);
  expect(error?.message).toContain("Context usage error");
  const replayed = await replayHistory(handler, history);
  expect(replayed).toMatchObject({ compatible: true, undetermined: [] });
  expect(replayed.next).toBeUndefined();
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
