import { describe, expect, test } from "vitest";
import { exploreCrashes } from "./explore-crashes.ts";
import { faultyHandlers, correctHandlers } from "./faulty-handlers.fixture.ts";

describe("a handler that looks fine is caught, and the message leads to the cause:", () => {
  test.each(Object.entries(faultyHandlers))("%s", async (_, [scenario, clue]) => {
    const { handler, options } = scenario();
    const { failures } = await exploreCrashes(handler, options);
    expect(failures.length).toBeGreaterThan(0);
    expect(
      failures.map(({ message }) => message).find((message) => clue.test(message)) ?? failures[0]?.message,
    ).toMatch(clue);
  });
});

describe("a handler that is right raises no alarm:", () => {
  test.each(Object.entries(correctHandlers))("%s", async (_, scenario) => {
    const { handler, options } = scenario();
    const { failures, runs, points } = await exploreCrashes(handler, options);
    expect(failures.map(({ message }) => message)).toEqual([]);
    expect(runs).toBe(points + 1);
    expect(points).toBeGreaterThan(3);
  });

  test.each(Object.entries(correctHandlers))("%s, crashed twice", async (_, scenario) => {
    const { handler, options } = scenario();
    const { failures } = await exploreCrashes(handler, { ...options, crashes: 2 });
    expect(failures.map(({ message }) => message)).toEqual([]);
  });
});
