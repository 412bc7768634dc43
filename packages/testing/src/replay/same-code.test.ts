import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { answersOf, functions, handlerOf } from "../fake-context/program-handler.fixture.ts";
import { programs, type Program } from "../fake-context/random-program.fixture.ts";
import type { JsonEvent } from "./recording.fixture.ts";
import { replayHistory } from "./replay-history.ts";
import { simulatedHistory } from "./simulated-history.fixture.ts";

const RUNS = { numRuns: 30 };

function recorded(program: Program) {
  const handler = withDurableExecution(handlerOf(program));
  const history = simulatedHistory(handler, { callbacks: answersOf(program), functions });
  return { handler, history };
}

test("raises no alarm for the code that made the history, wherever its executions stand", async () => {
  await fc.assert(
    fc.asyncProperty(programs, async (program) => {
      const { handler, history } = recorded(program);
      const { problems } = await replayHistory(handler, await history, { at: "every-event" });
      expect(problems).toEqual([]);
    }),
    RUNS,
  );
}, 60_000);

test("notices any operation whose name differs, but for a waitForCondition", async () => {
  const isCompared = ({ Id, SubType, EventType }: JsonEvent) =>
    Id !== undefined && SubType !== "WaitForCondition" && EventType.endsWith("Started");
  await fc.assert(
    fc.asyncProperty(programs, fc.nat(), async (program, choice) => {
      const { handler, history } = recorded(program);
      const events = await history;
      const named = events.filter(isCompared);
      const renamed = named[choice % Math.max(1, named.length)];
      fc.pre(renamed !== undefined);
      const other = events.map((event) =>
        event.Id === renamed?.["Id"] ? { ...event, Name: "other" } : event,
      );

      const { problems } = await replayHistory(handler, other, { at: "every-event" });
      expect(problems[0]?.message).toMatch(
        /^Operation [\d-]+ is .* "other" in the history, and .* in today's code\./,
      );
    }),
    RUNS,
  );
}, 60_000);

test("notices an operation that today's code does not come to any more, though the durable SDK does not", async () => {
  await fc.assert(
    fc.asyncProperty(programs, async (program) => {
      const { history } = recorded([...program, REMOVED]);
      const { handler } = recorded(program);
      const events = await history;
      fc.pre(events.some(({ Name }) => Name === `op.${program.length}`));

      const { problems } = await replayHistory(handler, events, { at: "end" });
      expect(problems[0]?.message).toContain(`The history has step "op.${program.length}"`);
    }),
    RUNS,
  );
}, 60_000);

const REMOVED = {
  do: "step",
  value: "number",
  failures: 0,
  maxAttempts: 1,
  error: "plain",
  atMostOnce: false,
} as const;
