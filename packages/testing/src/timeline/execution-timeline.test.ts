import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { readEvents } from "../replay/history.ts";
import type { SimulateOptions } from "../simulator/options.ts";
import { simulateWithFaults } from "../simulator/simulate.ts";
import type { Faults } from "../simulator/protocol-point.ts";
import { executionTimeline } from "./execution-timeline.ts";
import type { Bar, Timeline } from "./timeline.ts";

async function timelineOf(
  program: (context: DurableContext) => Promise<unknown>,
  options: SimulateOptions = {},
  faults?: Faults,
): Promise<Timeline> {
  const handler = withDurableExecution(async (_event, context) => program(context));
  const { history } = await simulateWithFaults(handler, options, faults);
  return executionTimeline(readEvents(history).events);
}

const lanesOf = ({ lanes }: Timeline) =>
  lanes.map(
    ({ label, depth, bars }) => `${"  ".repeat(depth)}${label}: ${bars.map(({ label }) => label).join(" ")}`,
  );

const barOf = ({ lanes }: Timeline, label: string): Bar => {
  const found = lanes.flatMap(({ bars }) => bars).find((bar) => bar.label === label);
  if (found === undefined) throw new Error(`No bar ${label}.`);
  return found;
};

const piecesOf = (bar: Bar) => bar.pieces.map(({ kind, start, end }) => `${kind} ${start}–${end}`);

test("every context has a lane, below that of its parent", async () => {
  const timeline = await timelineOf(
    async (context) => {
      await context.step("price", async () => 1);
      await context.map("pack", ["a", "b"], async (each, item) =>
        each.step(`wrap ${item}`, async () => item),
      );
      await context.waitForCallback("approval", async () => undefined);
      await context.step("ship", async () => 1);
    },
    { callbacks: { approval: () => "yes" } },
  );
  expect(lanesOf(timeline)).toEqual([
    "invocations: 1 2",
    "handler: price ship",
    "  pack: ",
    "    map-item-0: wrap a",
    "    map-item-1: wrap b",
    "  approval: callback step",
  ]);
});

test("an attempt that failed is a piece, and so is the time until the next", async () => {
  let calls = 0;
  const timeline = await timelineOf(async (context) => {
    await context.step("charge", async () => {
      if (calls++ === 0) throw new Error("declined");
    });
  });
  const bar = barOf(timeline, "charge");
  expect(bar.pieces.map(({ kind }) => kind)).toEqual(["failed", "pause", "run"]);
  expect(bar).toMatchObject({
    kind: "step",
    status: "succeeded",
    summary: expect.stringContaining("2 attempts"),
  });
  expect(bar.details).toContainEqual({ label: "error 1", text: "Error: declined" });
});

test("an invocation shows how much it replays, and when", async () => {
  const timeline = await timelineOf(async (context) => {
    await context.step("price", async () => 1);
    await context.wait("cool down", { days: 30 });
    await context.step("ship", async () => 1);
  });
  expect(piecesOf(barOf(timeline, "1"))).toEqual(["run 0–2"]);
  expect(barOf(timeline, "2").pieces.map(({ kind }) => kind)).toEqual(["replay", "run"]);
  expect(barOf(timeline, "2").summary).toBe("ended, replays 2 completed operations, at +30 d");
  expect(barOf(timeline, "cool down")).toMatchObject({
    kind: "wait",
    summary: "succeeded, at the start for 30 d",
  });
});

test("a crash has a mark, and a body pauses between the processes that run it", async () => {
  let [runs, crashes] = [0, 0];
  const timeline = await timelineOf(
    // The first process dies before its body can end.
    async (context) =>
      context.step("slow", () => (runs++ === 0 ? new Promise(() => undefined) : Promise.resolve())),
    {},
    ({ at }) => (at === "checkpoint-answer" && crashes++ === 0 ? "crash" : undefined),
  );
  expect(timeline.marks).toMatchObject([{ label: "The process died (Runtime.ExitError)" }]);
  expect(barOf(timeline, "1")).toMatchObject({ status: "failed" });
  expect(barOf(timeline, "slow").pieces.map(({ kind }) => kind)).toEqual(["failed", "run"]);
  expect(barOf(timeline, "1").end).toBe(timeline.marks[0]?.at);
});

test("a bar has its payloads, and the timeline those of the execution", async () => {
  const timeline = await timelineOf(
    async (context) => {
      const price = await context.step("price", async () => ({ total: 7 }));
      await context.invoke("pay", "payments", price);
    },
    { payload: { amount: 5 }, functions: { payments: async () => "paid" } },
  );
  expect(timeline.texts).toEqual([{ label: "event", text: '{"amount":5}' }]);
  expect(barOf(timeline, "price").details).toEqual([{ label: "result", text: '{"total":7}' }]);
  expect(barOf(timeline, "pay").details).toEqual([
    { label: "function", text: "payments" },
    { label: "input", text: '{"total":7}' },
    { label: "result", text: '"paid"' },
  ]);
});

test("concurrent operations overlap, and others do not", async () => {
  const timeline = await timelineOf(async (context) => {
    const together = [context.step("a", async () => 1), context.step("b", async () => 2)];
    await Promise.all(together);
    await context.step("c", async () => 3);
  });
  const [a, b, c] = ["a", "b", "c"].map((label) => barOf(timeline, label));
  expect(a?.start).toBe(b?.start);
  expect(c?.start).toBe(Math.max(a?.end ?? 0, b?.end ?? 0));
});

test("an execution that failed shows its error", async () => {
  const timeline = await timelineOf(async () => {
    throw new TypeError("no such order");
  });
  expect(timeline).toMatchObject({
    status: "failed",
    texts: [
      { label: "event", text: "{}" },
      { label: "error", text: "TypeError: no such order" },
    ],
  });
});

test("what has not ended is open until the last moment", () => {
  const event = (EventType: string, EventId: number, more: object = {}) => ({
    EventType,
    EventId,
    EventTimestamp: 1_700_000_000 + EventId,
    ...more,
  });
  const { events } = readEvents([
    event("ExecutionStarted", 1),
    event("StepStarted", 2, { Id: "c4ca4238a0b92382", Name: "price", SubType: "Step" }),
    event("WaitStarted", 3, { Id: "c81e728d9d4c2f63", Name: "rest", WaitStartedDetails: { Duration: 60 } }),
  ]);
  const timeline = executionTimeline(events);
  expect(timeline.status).toBe("open");
  expect(barOf(timeline, "price")).toMatchObject({ status: "open", end: timeline.moments.length - 1 });
  expect(barOf(timeline, "rest").details).toEqual([{ label: "lasts", text: "1 min" }]);
  expect(barOf(timeline, "1")).toMatchObject({ kind: "invocation", status: "open" });
});

test("timestamps that go back change no order", () => {
  const at = (EventId: number, EventTimestamp: number) => ({ EventId, EventTimestamp });
  const { events } = readEvents([
    { EventType: "ExecutionStarted", ...at(1, 1_700_000_000) },
    { EventType: "StepStarted", Id: "a", ...at(2, 1_700_000_009) },
    { EventType: "StepSucceeded", Id: "a", ...at(3, 1_700_000_004) },
  ]);
  const { moments } = executionTimeline(events);
  expect(moments).toEqual(moments.toSorted((a, b) => a - b));
});
