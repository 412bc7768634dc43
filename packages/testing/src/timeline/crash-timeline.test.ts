import { withDurableExecution, type DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { beforeEach, expect, test } from "vitest";
import { crashable } from "../crashes/crashable.ts";
import { exploreCrashes } from "../crashes/explore-crashes.ts";
import type { ExploreCrashesOptions } from "../crashes/options.ts";
import { crashTimeline } from "./crash-timeline.ts";
import type { Timeline } from "./timeline.ts";

let payments = 0;
beforeEach(() => (payments = 0));
const bank = crashable({ pay: async () => void (payments += 1) }, "bank");
const pay = withDurableExecution(async (_event, context) => context.step("pay", () => bank.pay()));

async function firstFailure(
  handler: DurableLambdaHandler,
  options: ExploreCrashesOptions,
): Promise<Timeline> {
  const { failures } = await exploreCrashes(handler, {
    beforeEach: () => (payments = 0),
    check: () => {
      if (payments > 1) throw new Error(`paid ${payments} times`);
    },
    ...options,
  });
  const [failure] = failures;
  if (failure === undefined) throw new Error("The exploration has found no failure.");
  return crashTimeline(failure);
}

const barsOf = ({ lanes }: Timeline, lane: string) => lanes.find(({ label }) => label === lane)?.bars ?? [];

test("says what is wrong, where the process died, and how to repeat it", async () => {
  expect(await firstFailure(pay, {})).toMatchObject({
    title: "The process died after bank.pay ran, before its reply arrived",
    texts: [
      { label: "problem", text: "The check failed: paid 2 times" },
      { label: "just this again", text: "await exploreCrashes(handler, { ...options, crashes: [3] })" },
      { label: "event", text: "{}" },
    ],
    marks: [{ label: "The process died after bank.pay ran, before its reply arrived" }],
  });
});

test("an execution that succeeded does not look as if all was well", async () => {
  const { status, facts } = await firstFailure(pay, {});
  expect(status).toBeUndefined();
  expect(facts[0]).toEqual({ label: "execution", text: "succeeded" });
});

test("a call whose answer got lost ends with its process, and the next process calls again", async () => {
  const timeline = await firstFailure(pay, {});
  const [lost, again] = barsOf(timeline, "dependencies");
  expect(lost).toMatchObject({
    kind: "call",
    label: "bank.pay",
    status: "unknown",
    end: timeline.marks[0]?.at,
  });
  expect(again).toMatchObject({ kind: "call", label: "bank.pay", status: "succeeded" });
  expect(again?.start).toBeGreaterThanOrEqual(lost?.end ?? Infinity);
});

test("the invocation that died says where", async () => {
  const [died, next] = barsOf(await firstFailure(pay, {}), "invocations");
  expect(died?.summary).toContain("The process died after bank.pay ran, before its reply arrived");
  expect(next?.status).toBe("succeeded");
});

test("every crash of several has a mark", async () => {
  const { marks } = await firstFailure(pay, { crashes: [3, 6] });
  expect(marks.map(({ label }) => label)).toEqual([
    "The process died after bank.pay ran, before its reply arrived",
    "The process died after bank.pay ran, before its reply arrived",
  ]);
});

test("the crash of a function that was invoked has a mark too", async () => {
  const order = withDurableExecution(async (_event, context) => context.invoke("pay", "payments", {}));
  const { marks } = await firstFailure(order, { functions: { payments: pay } });
  expect(marks).toMatchObject([
    {
      label:
        'The process died after bank.pay ran, before its reply arrived, in the invoked function "payments"',
    },
  ]);
});
