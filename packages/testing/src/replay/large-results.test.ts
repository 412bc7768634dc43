import { NestingType, withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { replayHistory } from "./replay-history.ts";
import { simulatedHistory } from "./simulated-history.fixture.ts";

const LARGE = "x".repeat(150_000);
const flat = { nesting: NestingType.FLAT };

/** Contexts whose results are too large to be stored: on replay, their code runs again. */
const programs: Readonly<Record<string, (context: DurableContext) => Promise<number>>> = {
  "a child context": async (context) => {
    const [one, two] = await context.runInChildContext("large", async (child) => [
      await child.step("one", async () => LARGE),
      await child.step("two", async () => LARGE),
    ]);
    return `${one}${two}`.length;
  },
  "a map": async (context) => {
    const map = await context.map("large", [1, 2, 3], async (each, item) =>
      each.step(async () => LARGE + item),
    );
    return map.getResults().join("").length;
  },
  "a flat map": async (context) => {
    const map = await context.map(
      "large",
      [1, 2, 3],
      async (each, item) => each.step(async () => LARGE + item),
      flat,
    );
    return map.getResults().join("").length;
  },
  "a flat map without operations": async (context) => {
    const map = await context.map("large", [1, 2, 3], async (_, item) => LARGE + item, flat);
    return map.getResults().join("").length;
  },
  "a flat map within a child context": async (context) =>
    context.runInChildContext("outer", async (child) => {
      const map = await child.map(
        "large",
        [1, 2, 3],
        async (each, item) => each.step(async () => LARGE + item),
        flat,
      );
      return map.getResults().join("").length;
    }),
  "a parallel that is left early": async (context) => {
    const parallel = await context.parallel(
      "large",
      [
        async (branch) => branch.step(async () => LARGE),
        async (branch) => branch.step(async () => LARGE),
        async (branch) => branch.wait("never", { hours: 1 }).then(() => LARGE),
      ],
      { completionConfig: { minSuccessful: 2 } },
    );
    return parallel.succeeded().length;
  },
};

// A replay mostly waits for timers of the durable SDK, so all of them run at once.
const replays = Object.entries(programs).map(([name, program]) => {
  const handler = withDurableExecution(async (_event, context) => {
    const before = await program(context);
    await context.wait("pause", { seconds: 1 });
    return [before, await context.step("after", async () => 1)];
  });
  const replay = async () => {
    const history = await simulatedHistory(handler, {});
    const { problems } = await replayHistory(handler, history, { at: "every-event" });
    return { problems, last: history.at(-1)?.EventType };
  };
  return [name, replay()] as const;
});

test.each(replays)("replays %s whose result is too large to be stored", async (_, replay) => {
  expect(await replay).toEqual({ problems: [], last: "ExecutionSucceeded" });
});

test("replays a history with more operations than a page of the state holds", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    await Promise.all(
      Array.from({ length: 1_200 }, (_, index) => context.step(`${index}`, async () => index)),
    );
    await context.wait("pause", { seconds: 1 });
  });

  expect(await replayHistory(handler, await simulatedHistory(handler, {}))).toMatchObject({
    compatible: true,
    points: 2,
  });
});
