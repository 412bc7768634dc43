import {
  NestingType,
  StepSemantics,
  withDurableExecution,
  type DurableContext,
} from "@aws/durable-execution-sdk-js";
import { beforeEach, expect, test } from "vitest";
import { replayHistory } from "./replay-history.ts";
import { simulatedHistory } from "./simulated-history.fixture.ts";

let bodies: string[] = [];
beforeEach(() => {
  bodies = [];
});
const ran = (name: string) => async () => {
  bodies.push(name);
  return name;
};
const once = { semantics: StepSemantics.AtMostOncePerRetry };
const condition = { initialState: "", waitStrategy: () => ({ shouldContinue: false }) as const };

/** Every operation that has a body. */
const operations: Readonly<Record<string, (context: DurableContext) => Promise<unknown>>> = {
  step: async (context) => context.step("body", ran("step")),
  "step that runs at most once": async (context) => context.step("body", ran("once"), once),
  waitForCondition: async (context) => context.waitForCondition("body", ran("condition"), condition),
  "submitter of a callback": async (context) =>
    context.waitForCallback("body", async () => void bodies.push("submit")),
  "step that submits a callback": async (context) => {
    const [answer] = await context.createCallback("body");
    await context.step("submit", ran("submit"));
    return answer;
  },
  "step within a child context": async (context) =>
    context.runInChildContext("body", async (child) => child.step(ran("in child"))),
  "steps within a map": async (context) =>
    context.map("body", [1, 2], async (each) => each.step(ran("in map"))),
  "steps within a flat map": async (context) =>
    context.map("body", [1, 2], async (each) => each.step(ran("in flat map")), { nesting: NestingType.FLAT }),
  "steps within a parallel": async (context) =>
    context.parallel("body", [
      async (branch) => branch.step(ran("left")),
      async (branch) => branch.step(ran("right")),
    ]),
  "many steps at once": async (context) =>
    Promise.all(Array.from({ length: 500 }, (_, index) => context.step(`${index}`, ran("one of many")))),
};
const kinds = Object.keys(operations);
const answers = { callbacks: { body: () => "yes" } };

test.each(kinds)("no body of a new %s runs", async (kind) => {
  const before = withDurableExecution(async (_event, context) => context.step("before", async () => 1));
  const history = (await simulatedHistory(before, {})).slice(0, 3);
  const today = withDurableExecution(async (_event, context) => {
    await context.step("before", ran("before"));
    await operations[kind]?.(context);
    await context.step("after", ran("after"));
  });

  expect(await replayHistory(today, history)).toMatchObject({ compatible: true });
  expect(bodies).toEqual([]);
});

test.each(kinds)("no body of a recorded %s runs, ended or not", async (kind) => {
  const handler = withDurableExecution(async (_event, context) => operations[kind]?.(context));
  const history = await simulatedHistory(handler, answers);
  bodies = [];

  expect(
    await replayHistory(handler, history, { at: kind.startsWith("many") ? "suspensions" : "every-event" }),
  ).toMatchObject({
    compatible: true,
  });
  expect(bodies).toEqual([]);
});

/** How operations can end, and how code has them end so. */
const recordings: Readonly<Record<string, (context: DurableContext) => Promise<unknown>>> = {
  "callback that timed out": async (context) => {
    const [answer] = await context.createCallback("body", { timeout: { seconds: 1 } });
    return answer.catch(() => "late");
  },
  "callback that failed": async (context) => {
    const [answer] = await context.createCallback("failing");
    return answer.catch(() => "failed");
  },
  "wait that ended": async (context) => context.wait("body", { seconds: 1 }),
  "wait that was left": async (context) =>
    Promise.race([context.wait("body", { seconds: 9 }), context.wait({ seconds: 1 })]),
  "step that failed": async (context) =>
    context
      .step("body", async () => Promise.reject(new Error("no")), {
        retryStrategy: () => ({ shouldRetry: false }),
      })
      .catch(() => "failed"),
};

test.each(Object.keys(recordings).flatMap((recorded) => kinds.map((kind) => [kind, recorded] as const)))(
  "no body of a %s runs in the place of a %s",
  async (kind, recorded) => {
    const before = withDurableExecution(async (_event, context) => recordings[recorded]?.(context));
    const fail = () => {
      throw new Error("no");
    };
    const history = await simulatedHistory(before, {
      callbacks: { failing: fail, body: (_id, world) => world.sleep({ hours: 1 }) },
    });
    const today = withDurableExecution(async (_event, context) => operations[kind]?.(context));
    bodies = [];

    expect(await replayHistory(today, history, { at: "every-event" })).toMatchObject({ compatible: false });
    expect(bodies).toEqual([]);
  },
);
