import { expect, test } from "vitest";
import { axisOf } from "./axis.ts";
import { layOut } from "./layout.ts";
import { textWidth } from "./text-width.ts";
import type { Bar, Timeline } from "./timeline.ts";

function bar(label: string, start: number, end: number): Bar {
  const pieces = [{ kind: "run" as const, start, end }];
  return {
    kind: "step",
    label,
    name: label,
    status: "succeeded",
    start,
    end,
    pieces,
    summary: "",
    details: [],
  };
}

function timeline(moments: readonly number[], more: Partial<Timeline> = {}): Timeline {
  return {
    title: "",
    facts: [],
    texts: [],
    moments,
    scale: "milliseconds",
    lanes: [],
    bands: [],
    marks: [],
    ...more,
  };
}

const DAY = 86_400_000;

test("time in which a process runs is drawn to scale", () => {
  const { x } = axisOf(timeline([0, 100, 400], { bands: [{ start: 0, end: 2 }] }));
  expect((x(2) - x(1)) / (x(1) - x(0))).toBeCloseTo(3);
});

test("a long time in which nothing runs is cut short, and its length is named", () => {
  const bands = [
    { start: 0, end: 1 },
    { start: 2, end: 3 },
  ];
  const { breaks, x } = axisOf(timeline([0, 100, 30 * DAY + 100, 30 * DAY + 200], { bands }));
  expect(breaks).toEqual([{ from: x(1), to: x(2), label: "30 d" }]);
  expect(x(2) - x(1)).toBeLessThan(x(1) - x(0));
});

test("a short time in which nothing runs is drawn to scale", () => {
  const bands = [
    { start: 0, end: 1 },
    { start: 2, end: 3 },
  ];
  const { breaks, x } = axisOf(timeline([0, 500, 550, 1_050], { bands }));
  expect(breaks).toEqual([]);
  expect((x(1) - x(0)) / (x(2) - x(1))).toBeCloseTo(10);
});

test("moments at the same time are drawn one after the other", () => {
  const { x, breaks } = axisOf(timeline([0, 0, 0]));
  expect(breaks).toEqual([]);
  expect(x(1)).toBeGreaterThan(x(0));
  expect(x(2)).toBeGreaterThan(x(1));
});

test("a bar is as wide as its label", () => {
  const lanes = [{ label: "", depth: 0, bars: [bar("a much longer label", 0, 1), bar("b", 1, 2)] }];
  const { x } = axisOf(timeline([0, 0, 0], { lanes }));
  expect(x(1) - x(0)).toBeGreaterThan(2 * (x(2) - x(1)));
});

test("ten thousand moments are still apart", () => {
  const { x, width } = axisOf(timeline(Array.from({ length: 10_000 }, () => 0)));
  expect(x(1)).toBeGreaterThanOrEqual(8);
  expect(width).toBeLessThan(120_000);
});

test("with times that are only an order, all distances are the same", () => {
  const { x, breaks, ticks } = axisOf(timeline([1, 2, 1_000_000, Infinity], { scale: "order" }));
  expect([x(2) - x(1), x(3) - x(2)]).toEqual([x(1), x(1)]);
  expect({ breaks, labels: ticks.map(({ label }) => label) }).toEqual({
    breaks: [],
    labels: ["1", "2", "1000000"],
  });
});

test("labels of the axis do not overlap", () => {
  const { ticks } = axisOf(
    timeline(
      Array.from({ length: 100 }, (_, index) => index),
      { bands: [{ start: 0, end: 99 }] },
    ),
  );
  const overlapping = ticks.filter(({ x }, index) => {
    const before = ticks[index - 1];
    return before !== undefined && x < before.x + textWidth(before.label);
  });
  expect(ticks.length).toBeGreaterThan(10);
  expect(overlapping).toEqual([]);
});

test("bars that overlap have a row each, and others share one", () => {
  const lanes = [{ label: "", depth: 0, bars: [bar("a", 0, 2), bar("b", 1, 3), bar("c", 2, 3)] }];
  const drawn = timeline([0, 0, 0, 0], { lanes });
  const [lane] = layOut(drawn, axisOf(drawn)).lanes;
  const rows = lane?.bars.map(({ y }) => y);
  expect(rows?.[0]).toBe(rows?.[2]);
  expect(rows?.[1]).toBeGreaterThan(rows?.[0] ?? 0);
});
