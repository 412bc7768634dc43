import { expect, test } from "vitest";
import { historyTimeline } from "./history-timeline.ts";

test("every process has a lane, and its operations start and end at their times", () => {
  const { lanes, moments, scale } = historyTimeline([
    { process: "B", start: 2, end: 4, input: "read", output: 1 },
    { process: "A", start: 1, end: 3, input: { type: "increment", amount: 1 }, output: 1 },
  ]);
  expect({ moments, scale }).toEqual({ moments: [1, 2, 3, 4], scale: "order" });
  expect(lanes).toMatchObject([
    { label: "process A", bars: [{ label: "increment 1 → 1", start: 0, end: 2, status: "succeeded" }] },
    { label: "process B", bars: [{ label: "read → 1", start: 1, end: 3 }] },
  ]);
});

test("an operation of unknown outcome ends after everything else", () => {
  const { lanes, moments } = historyTimeline([
    { process: 1, start: 1, input: "write" },
    { process: 2, start: 2, end: 3, input: "read", output: 1 },
  ]);
  expect(moments).toEqual([1, 2, 3, Infinity]);
  expect(lanes[0]?.bars).toMatchObject([{ label: "write → ?", end: 3, status: "unknown" }]);
});

test("an operation that had no effect is marked as failed", () => {
  const { lanes } = historyTimeline([{ start: 1, end: 2, input: "write", outcome: "failed" }]);
  expect(lanes[0]).toMatchObject({
    label: "operations",
    bars: [{ status: "failed", pieces: [{ kind: "failed" }] }],
  });
});

test("the label names the object if there are several", () => {
  const { lanes } = historyTimeline([
    { key: "a", start: 1, end: 2, input: "read", output: 1 },
    { key: "b", start: 3, end: 4, input: "read", output: 1 },
  ]);
  expect(lanes[0]?.bars.map(({ label }) => label)).toEqual(["a: read → 1", "b: read → 1"]);
});
