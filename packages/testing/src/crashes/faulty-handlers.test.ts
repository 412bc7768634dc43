import { describe, expect, test } from "vitest";
import { exploreCrashes } from "./explore-crashes.ts";
import { bugs, right } from "./faulty-handlers.fixture.ts";

describe("a handler that looks fine is caught, and the message leads to the cause:", () => {
  test.each(Object.entries(bugs))("%s", async (_, [exhibit, clue]) => {
    const { handler, options } = exhibit();
    const { failures } = await exploreCrashes(handler, options);
    expect(failures.length).toBeGreaterThan(0);
    expect(
      failures.map(({ message }) => message).find((message) => clue.test(message)) ?? failures[0]?.message,
    ).toMatch(clue);
  });
});

describe("a handler that is right raises no alarm:", () => {
  test.each(Object.entries(right))("%s", async (_, exhibit) => {
    const { handler, options } = exhibit();
    const { failures, runs, points } = await exploreCrashes(handler, options);
    expect(failures.map(({ message }) => message)).toEqual([]);
    expect(runs).toBe(points + 1);
    expect(points).toBeGreaterThan(3);
  });

  test.each(Object.entries(right))("%s, crashed twice", async (_, exhibit) => {
    const { handler, options } = exhibit();
    const { failures } = await exploreCrashes(handler, { ...options, crashes: 2 });
    expect(failures.map(({ message }) => message)).toEqual([]);
  });
});
