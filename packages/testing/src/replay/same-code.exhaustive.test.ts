import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { randomRuns } from "../../../../scripts/test/random.ts";
import { answersOf, functions, handlerOf } from "../fake-context/program-handler.fixture.ts";
import { programs, type Program } from "../fake-context/random-program.fixture.ts";
import type { JsonEvent } from "./recording.fixture.ts";
import { replayHistory } from "./replay-history.ts";
import { simulatedHistory } from "./simulated-history.fixture.ts";

/** Several programs at once: most of the time, an execution waits for timers of the durable SDK. */
const batches = fc.array(programs, { minLength: 1, maxLength: 10, size: "max" });
const RUNS = { numRuns: randomRuns(6) };

function recorded(program: Program) {
  const handler = withDurableExecution(handlerOf(program));
  const history = simulatedHistory(handler, { callbacks: answersOf(program), functions });
  return { handler, history };
}

/** Between two events, several operations of a race may have ended: which of them wins is then up to the SDK. */
function hasRace(program: Program): boolean {
  return /"how":"(race|any)"/.test(JSON.stringify(program));
}

test("reports no problem for the code that made the history, at any event", async () => {
  const check = async (program: Program) => {
    const { handler, history } = recorded(program);
    const at = hasRace(program) ? "suspensions" : "every-event";
    const { problems } = await replayHistory(handler, await history, { at });
    expect(problems).toEqual([]);
  };
  await fc.assert(
    fc.asyncProperty(batches, async (batch) => void (await Promise.all(batch.map(check)))),
    RUNS,
  );
});

test("reports every operation whose name differs, except a waitForCondition", async () => {
  const isCompared = ({ Id, SubType, EventType }: JsonEvent) =>
    Id !== undefined && SubType !== "WaitForCondition" && EventType.endsWith("Started");
  const check = async (program: Program, choice: number) => {
    const { handler, history } = recorded(program);
    const events = await history;
    const named = events.filter(isCompared);
    const renamed = named[choice % Math.max(1, named.length)];
    if (renamed === undefined) return;
    const other = events.map((event) => (event.Id === renamed["Id"] ? { ...event, Name: "other" } : event));

    const { problems } = await replayHistory(handler, other, { at: "every-event" });
    expect(problems[0]?.message).toMatch(
      /^Operation [\d-]+ is .* "other" in the history, and .* in today's code\./,
    );
  };
  await fc.assert(
    fc.asyncProperty(batches, fc.nat(), async (batch, choice) => {
      await Promise.all(batch.map((program, index) => check(program, choice + index)));
    }),
    RUNS,
  );
});

test("reports an operation that today's code does not reach any more, though the durable SDK does not", async () => {
  const check = async (program: Program) => {
    const { history } = recorded([...program, REMOVED]);
    const { handler } = recorded(program);
    const events = await history;
    if (!events.some(({ Name }) => Name === `op.${program.length}`)) return;

    const { problems } = await replayHistory(handler, events, { at: "end" });
    expect(problems[0]?.message).toContain(`The history has step "op.${program.length}"`);
  };
  await fc.assert(
    fc.asyncProperty(batches, async (batch) => void (await Promise.all(batch.map(check)))),
    RUNS,
  );
});

const REMOVED = {
  do: "step",
  value: "number",
  failures: 0,
  maxAttempts: 1,
  error: "plain",
  atMostOnce: false,
} as const;
