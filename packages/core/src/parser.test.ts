import { describe, expect, test } from "vitest";
import { parseInput } from "./parse-input.ts";
import { parser, rule, strictObject } from "./parser.ts";

interface Point {
  readonly x: number;
  readonly y: number;
  readonly label?: string | undefined;
}

const number = parser<number>(Number.isFinite, "pass a number");
const label = parser<string>((text) => typeof text === "string", "pass a text");
const Point = strictObject<Point>({ x: number, y: number }, { label }, [
  rule(({ x, y }) => x < y, "let x be less than y"),
]);
const Segment = strictObject<{ readonly to: Point }>({ to: Point }, {});

describe("an object of known keys", () => {
  test.each([
    [
      { x: 1, y: 2 },
      { x: 1, y: 2 },
    ],
    [
      { x: 1, y: 2, label: "a" },
      { x: 1, y: 2, label: "a" },
    ],
    [
      { x: 1, y: 2, label: undefined },
      { x: 1, y: 2 },
    ],
    [Object.create({ x: 1, y: 2 }), { x: 1, y: 2 }],
  ])("accepts %j", (input, parsed) => {
    expect(parseInput(Point, input, "point")).toEqual(parsed);
  });

  test.each<[unknown, string]>([
    [null, 'point is null; pass an object with "x", "y" and optionally "label".'],
    [[1, 2], 'point is [1,2]; pass an object with "x", "y" and optionally "label".'],
    [{ x: 1 }, "point.y is undefined; pass a number."],
    [{ x: 1, y: "2", label: 3 }, 'point.y is "2"; pass a number. point.label is 3; pass a text.'],
    [
      { x: 1, y: 2, z: 3 },
      'point has the unknown key "z"; pass an object with "x", "y" and optionally "label".',
    ],
    [JSON.parse('{ "x": 1, "y": 2, "__proto__": {} }'), 'has the unknown key "__proto__"'],
    [Object.assign(Object.create({ z: 3 }), { x: 1, y: 2 }), 'has the unknown key "z"'],
    [{ x: 2, y: 1 }, 'point is {"x":2,"y":1}; let x be less than y.'],
    [
      { x: 2, y: 1, z: 3 },
      'has the unknown key "z"; pass an object with "x", "y" and optionally "label". point is',
    ],
  ])("refuses %j", (input, message) => {
    expect(() => parseInput(Point, input, "point")).toThrow(message);
  });

  test("names the path of what is wrong in an object within", () => {
    expect(() => parseInput(Segment, { to: { x: 1, y: null } }, "segment")).toThrow(
      "segment.to.y is null; pass a number.",
    );
  });

  test("calls a rule only if every key is right", () => {
    const Checked = strictObject<Point>({ x: number, y: number }, { label }, [
      () => {
        throw new Error("called");
      },
    ]);
    expect(() => parseInput(Checked, { x: 1 }, "point")).toThrow("point.y is undefined; pass a number.");
  });

  test("says what keys there are", () => {
    expect(() => parseInput(Segment, 1, "segment")).toThrow('segment is 1; pass only "to".');
    const Options = strictObject<Partial<Point>>({}, { x: number, y: number, label });
    expect(() => parseInput(Options, 1, "options")).toThrow('options is 1; pass only "x", "y" and "label".');
  });
});
