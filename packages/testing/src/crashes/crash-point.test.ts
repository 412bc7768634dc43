import { expect, test } from "vitest";
import { isSame, targetOf, type CrashPoint } from "./crash-point.ts";

const checkpoint = (
  ...updates: readonly (readonly [Id: string, Action: "START" | "SUCCEED"])[]
): CrashPoint => ({
  at: "checkpoint",
  arn: "arn",
  invocation: 1,
  call: 1,
  updates: updates.map(([Id, Action]) => ({ Id, Action, Type: "STEP" })),
});

test.each([
  ["alone", checkpoint(["a", "START"]), checkpoint(["a", "START"]), true],
  ["among others", checkpoint(["a", "START"]), checkpoint(["a", "START"], ["b", "START"]), true],
  ["by its last update", checkpoint(["a", "START"], ["b", "START"]), checkpoint(["b", "START"]), true],
  ["not at another action", checkpoint(["a", "START"]), checkpoint(["a", "SUCCEED"]), false],
  ["not at another operation", checkpoint(["a", "START"]), checkpoint(["b", "START"]), false],
  ["not at a poll", checkpoint(["a", "START"]), checkpoint(), false],
  ["a poll at a poll", checkpoint(), checkpoint(), true],
  ["not a poll at an update", checkpoint(), checkpoint(["a", "START"]), false],
])("a checkpoint is found in another run: %s", (_, wanted, found, expected) => {
  expect(isSame(wanted, found)).toBe(expected);
});

test("a point is counted from the crash before it", () => {
  const call: CrashPoint = { at: "call", name: "store.apply", arn: "arn" };
  const timeline = [
    { point: call, crashed: false, after: 0 },
    { point: call, crashed: true, after: 0 },
    { point: call, crashed: false, after: 0 },
    { point: call, crashed: false, after: 0 },
  ];
  expect([1, 2, 3, 4].map((number) => targetOf(timeline, number).occurrence)).toEqual([1, 2, 1, 2]);
});
