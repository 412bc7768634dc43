import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { beforeAll, describe, expect, test } from "vitest";
import { crashable } from "./crashes/crashable.ts";
import { FakeContext } from "./fake-context/fake-context.ts";
import { durableMatchers, type DurableMatchers } from "./matchers.ts";
import { simulate } from "./simulator/simulate.ts";

declare module "vitest" {
  interface Matchers<
    R extends void | Promise<void> = void | Promise<void>,
    T = unknown,
  > extends DurableMatchers<R, T> {}
}
beforeAll(() => expect.extend(durableMatchers));

const handler = withDurableExecution(async (_event, context) => {
  await context.step("reserve", async () => 5);
  await context.wait("cool down", { hours: 1 });
  return { shipped: true };
});
const failureOf = async (assertion: () => unknown): Promise<string> => {
  try {
    await assertion();
    return "it passed";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("toHaveSucceededWith", () => {
  test("compares the result", async () => {
    const simulation = await simulate(handler);
    expect(simulation).toHaveSucceededWith({ shipped: true });
    expect(simulation).toHaveSucceededWith({ shipped: expect.any(Boolean) });
    expect(simulation).not.toHaveSucceededWith({ shipped: false });
  });

  test("shows the difference, and the error of an execution that failed", async () => {
    const simulation = await simulate(handler);
    const wrong = await failureOf(() => expect(simulation).toHaveSucceededWith({ shipped: false }));
    expect(wrong).toContain('expected the execution to have succeeded with {"shipped":false}');
    expect(wrong).toMatch(/- .*"shipped": false,\n\+ .*"shipped": true,/);
    const failed = await simulate(withDurableExecution(() => Promise.reject(new RangeError("too much"))));
    expect(await failureOf(() => expect(failed).toHaveSucceededWith(1))).toContain('"message": "too much"');
  });
});

test("a runner that shows no differences, such as bun's, gets both values", async () => {
  const simulation = await simulate(handler);
  const context = { equals: () => false, utils: {} };
  const { pass, message } = durableMatchers.toHaveSucceededWith.call(context, simulation, { shipped: false });
  expect(pass).toBe(false);
  expect(message()).toMatch(/Expected: \{[^]*shipped: false[^]*Received: \{[^]*shipped: true/u);
});

describe("toHaveOperations", () => {
  test("compares names and properties, in order, of a simulation and of a FakeContext", async () => {
    const simulation = await simulate(handler);
    expect(simulation).toHaveOperations(["reserve", { name: "cool down", type: "WAIT", waitSeconds: 3_600 }]);
    expect(simulation).not.toHaveOperations(["reserve"]);
    expect(simulation).not.toHaveOperations(["cool down", "reserve"]);
    const context = new FakeContext();
    await context.step("reserve", async () => 5);
    expect(context).toHaveOperations([{ name: "reserve", result: 5 }]);
  });

  test("shows only the properties that the test names", async () => {
    const simulation = await simulate(handler);
    const message = await failureOf(() => expect(simulation).toHaveOperations(["reserve", "ship"]));
    expect(message).toMatch(/-\s+"name": "ship",\n\+\s+"name": "cool down",/);
    expect(message).not.toContain("startedAt");
  });
});

describe("toSurviveCrashes", () => {
  const bank = crashable({ pay: async () => void balances.push(5) }, "bank");
  const balances: number[] = [];
  const paying = withDurableExecution(async (_event, context) => context.step("pay", () => bank.pay()));
  const options = { beforeEach: () => balances.splice(0), check: () => expect(balances).toHaveLength(1) };

  test("passes for a handler that no crash breaks", async () => {
    await expect(handler).toSurviveCrashes();
    await expect(paying).not.toSurviveCrashes(options);
  });

  test("shows where the process died, and what went wrong", async () => {
    const message = await failureOf(() => expect(paying).toSurviveCrashes(options));
    expect(message).toContain("expected the handler to survive crashes, but 2 break it:");
    expect(message).toContain(
      "The process died after bank.pay ran, before its reply arrived:\n  - The check failed",
    );
  });
});

test.each<[string, () => unknown, RegExp]>([
  ["a promise", () => expect(simulate(handler)).toHaveSucceededWith(5), /has got a promise; await it/],
  ["a promise, negated", () => expect(simulate(handler)).not.toHaveSucceededWith(5), /await it/],
  ["a promise of operations", () => expect(simulate(handler)).not.toHaveOperations([]), /await it/],
  ["another value", () => expect(undefined).toHaveSucceededWith(5), /has got undefined; pass what simulate/],
])("refuses what is no simulation: %s", (_, check, message) => {
  expect(check).toThrow(message);
});
