import { expect, test } from "vitest";
import { shapesOf } from "./shape.ts";

const POINTS = [
  [100, 20],
  [400, 50],
] as const;

test("a line is in the unit of its first point", () => {
  expect(shapesOf([{ name: "ours", points: POINTS }], "both")).toEqual([
    {
      name: "ours",
      points: [
        [1, 1],
        [4, 2.5],
      ],
    },
  ]);
});

test("an axis that all lines have in common keeps its unit", () => {
  const [line] = shapesOf([{ name: "ours", points: POINTS }], "y");
  expect(line?.points).toEqual([
    [100, 1],
    [400, 2.5],
  ]);
});

test("a line of others is marked as published", () => {
  const [line] = shapesOf([{ name: "Styx", points: POINTS, isPublished: true }], "both");
  expect(line).toMatchObject({ name: "Styx (published)", isPublished: true });
});

test.each([
  { points: [], axes: "y" },
  { points: [[1, 0]], axes: "y" },
  { points: [[0, 1]], axes: "both" },
] as const)("a line without a unit is refused: $points", ({ points, axes }) => {
  expect(() => shapesOf([{ name: "ours", points }], axes)).toThrow('"ours" begins at');
});
