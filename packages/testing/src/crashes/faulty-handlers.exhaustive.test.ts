import { describe, expect, test } from "vitest";
import { exploreCrashes, type CrashExploration } from "./explore-crashes.ts";
import type { ExploreCrashesOptions } from "./options.ts";
import { correctHandlers } from "./correct-handlers.fixture.ts";
import { faultyHandlers } from "./faulty-handlers.fixture.ts";
import type { Scenario } from "./scenario.fixture.ts";

// An exploration mostly waits for timers of the durable SDK, so all of them run at once.
const start = (scenario: () => Scenario, crashes: ExploreCrashesOptions["crashes"] = 1) => {
  const { handler, options } = scenario();
  const exploration = exploreCrashes(handler, { ...options, crashes });
  exploration.catch(() => undefined); // the test that awaits it fails
  return exploration;
};
const faulty = Object.entries(faultyHandlers).map(
  ([name, [scenario, clue]]) => [name, clue, start(scenario)] as const,
);
const correct = Object.entries(correctHandlers).map(
  ([name, scenario]) => [name, start(scenario), start(scenario, 2)] as const,
);
const messagesOf = ({ failures }: CrashExploration) => failures.map(({ message }) => message);

describe("reports a faulty handler, with a message that leads to the cause:", () => {
  test.each(faulty)("%s", async (_, clue, exploration) => {
    const messages = messagesOf(await exploration);
    expect(messages.length).toBeGreaterThan(0);
    expect(messages.find((message) => clue.test(message)) ?? messages[0]).toMatch(clue);
  });
});

describe("reports no failure of a correct handler:", () => {
  test.each(correct)("%s", async (_, exploration) => {
    const { runs, points, unreached } = await exploration;
    expect(messagesOf(await exploration)).toEqual([]);
    // More where the SDK's timers took another order, so that a crash was tried again.
    expect(runs).toBeGreaterThan(points);
    expect(unreached).toBe(0);
    expect(points).toBeGreaterThan(3);
  });

  test.each(correct)("%s, crashed twice", async (_name, _once, twice) => {
    expect(messagesOf(await twice)).toEqual([]);
  });
});
