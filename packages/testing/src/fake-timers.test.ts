import { mock } from "node:test";
import { setImmediate } from "node:timers/promises";
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { afterEach, describe, expect, test, vi } from "vitest";
import { exploreCrashes } from "./crashes/explore-crashes.ts";
import { FakeContext } from "./fake-context/fake-context.ts";
import { replayHistory } from "./replay/replay-history.ts";
import { simulate } from "./simulator/simulate.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  mock.timers.reset();
});

const logic = async (_event: unknown, context: DurableContext) => {
  await context.parallel([
    (branch) => branch.wait({ seconds: 5 }),
    async (branch) => branch.step(async () => setImmediate()),
  ]);
  return context.step("done", async () => "done");
};
const handler = withDurableExecution(logic);

describe("fake timers are refused with the remedy", () => {
  test.each<[string, () => unknown]>([
    ["vi.useFakeTimers()", () => vi.useFakeTimers()],
    ["fake timeouts alone", () => vi.useFakeTimers({ toFake: ["setTimeout"] })],
    ["fake immediates alone", () => vi.useFakeTimers({ toFake: ["setImmediate"] })],
    ["the timers of node:test", () => mock.timers.enable()],
    ["the immediates of node:test alone", () => mock.timers.enable({ apis: ["setImmediate"] })],
    ["a timer that a test has mocked", () => vi.spyOn(globalThis, "setTimeout").mockReturnThis()],
  ])("%s", async (_, start) => {
    start();
    const remedy = /^Fake timers are active.* call vi\.useRealTimers\(\)/;
    await expect(simulate(handler)).rejects.toThrow(remedy);
    await expect(exploreCrashes(handler)).rejects.toThrow(remedy);
    await expect(replayHistory(handler, [])).rejects.toThrow(remedy);
  });
});

test("fake timers that the durable SDK does not use disturb nothing", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "queueMicrotask", "performance"] });
  expect(await simulate(handler)).toMatchObject({ result: "done" });
});

test("a fake date alone disturbs nothing", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 0 });
  expect(await simulate(handler)).toMatchObject({ result: "done" });
  expect(Date.now()).toBe(0);
});

test("fake timers that advance with real time disturb nothing", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  expect(await simulate(handler)).toMatchObject({ result: "done" });
});

test("FakeContext works with fake timers", async () => {
  vi.useFakeTimers();
  expect(await logic({}, new FakeContext())).toBe("done");
});
