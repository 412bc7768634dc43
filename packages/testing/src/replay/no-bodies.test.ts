import {
  NestingType,
  StepSemantics,
  withDurableExecution,
  type DurableContext,
} from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { replayHistory, type ReplayHistoryOptions } from "./replay-history.ts";
import { simulatedHistory } from "./simulated-history.fixture.ts";

type Ran = (name: string) => () => Promise<string>;
type Code = (context: DurableContext, ran: Ran) => Promise<unknown>;

const once = { semantics: StepSemantics.AtMostOncePerRetry };
const condition = { initialState: "", waitStrategy: () => ({ shouldContinue: false }) as const };

/** Every operation that has a body, as code that calls `ran` in it. */
const operations: Readonly<Record<string, (context: DurableContext, ran: Ran) => Promise<unknown>>> = {
  step: async (context, ran) => context.step("body", ran("step")),
  "step that runs at most once": async (context, ran) => context.step("body", ran("once"), once),
  waitForCondition: async (context, ran) => context.waitForCondition("body", ran("condition"), condition),
  "submitter of a callback": async (context, ran) =>
    context.waitForCallback("body", ran("submit") as () => Promise<never>),
  "step that submits a callback": async (context, ran) => {
    const [answer] = await context.createCallback("body");
    await context.step("submit", ran("submit"));
    return answer;
  },
  "step within a child context": async (context, ran) =>
    context.runInChildContext("body", async (child) => child.step(ran("in child"))),
  "steps within a map": async (context, ran) =>
    context.map("body", [1, 2], async (each) => each.step(ran("in map"))),
  "steps within a flat map": async (context, ran) =>
    context.map("body", [1, 2], async (each) => each.step(ran("in flat map")), { nesting: NestingType.FLAT }),
  "steps within a parallel": async (context, ran) =>
    context.parallel("body", [
      async (branch) => branch.step(ran("left")),
      async (branch) => branch.step(ran("right")),
    ]),
  "many steps at once": async (context, ran) =>
    Promise.all(Array.from({ length: 300 }, (_, index) => context.step(`${index}`, ran("one of many")))),
};
const answers = { callbacks: { body: () => "yes" } };
const deployed = (code: Code, bodies: string[] = []) =>
  withDurableExecution(async (_event, context) =>
    code(context, (name) => async () => {
      bodies.push(name);
      return name;
    }),
  );

/** Replays a history with today's code, and records the bodies that run. */
async function replayed(code: Code, history: Promise<unknown>, options: ReplayHistoryOptions = {}) {
  const bodies: string[] = [];
  const { compatible } = await replayHistory(deployed(code, bodies), await history, options);
  return { compatible, bodies };
}

/** How operations can end, and how code has them end so. */
const recordings: Readonly<Record<string, Code>> = {
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

// A replay mostly waits for timers of the durable SDK, so all of them run at once.
const before = simulatedHistory(
  deployed(async (context) => context.step("before", async () => 1)),
  {},
).then((history) => history.slice(0, 3));
const newOperations = Object.entries(operations).map(([kind, operation]) => {
  const code: Code = async (context, ran) => {
    await context.step("before", ran("before"));
    await operation(context, ran);
    await context.step("after", ran("after"));
  };
  return [kind, replayed(code, before)] as const;
});
const recordedOperations = Object.entries(operations).map(([kind, operation]) => {
  const at = kind.startsWith("many") ? "suspensions" : "every-event";
  return [kind, replayed(operation, simulatedHistory(deployed(operation), answers), { at })] as const;
});
const otherOperations = Object.entries(recordings).flatMap(([recorded, code]) => {
  const history = simulatedHistory(deployed(code), {
    callbacks: {
      failing: () => {
        throw new Error("no");
      },
      body: (_id, controls) => controls.sleep({ hours: 1 }),
    },
  });
  return Object.entries(operations).map(
    ([kind, operation]) => [kind, recorded, replayed(operation, history, { at: "every-event" })] as const,
  );
});

test.each(newOperations)("no body of a new %s runs", async (_, replay) => {
  expect(await replay).toEqual({ compatible: true, bodies: [] });
});

test.each(recordedOperations)("no body of a recorded %s runs, ended or not", async (_, replay) => {
  expect(await replay).toEqual({ compatible: true, bodies: [] });
});

test.each(otherOperations)("no body of a %s runs instead of a %s", async (_kind, _recorded, replay) => {
  expect(await replay).toEqual({ compatible: false, bodies: [] });
});
