import { expect, test } from "vitest";
import { brief } from "./brief.ts";
import { formatDuration } from "./duration.ts";
import { fitText, textWidth } from "./text-width.ts";

test.each([
  [0, "0 ms"],
  [0.1234, "0.12 ms"],
  [58, "58 ms"],
  [1_500, "1.5 s"],
  [60_000, "1 min"],
  [125_000, "2 min 5 s"],
  [3_600_000, "1 h"],
  [86_400_000 * 30 + 3_600_000 * 3 + 5_000, "30 d 3 h"],
  [86_400_000 + 5_000, "1 d"],
])("%j milliseconds are %s", (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

test.each([
  [{ type: "increment", amount: 5 }, "increment 5"],
  [
    { commands: [{ type: "increment", amount: 5 }, { type: "get" }], idempotencyKey: "k" },
    "increment 5, get",
  ],
  [{ value: 5, results: [{ type: "get", before: 5, after: 5 }], replayed: false }, "value 5"],
  [{ value: 5, replayed: true }, "value 5, replayed true"],
  [[1, 2, 3, 4], "1, 2, 3, … (4)"],
  ["limit-exceeded", "limit-exceeded"],
  [undefined, "undefined"],
  [{}, "{}"],
])("the value %j is %s in a label", (value, text) => {
  expect(brief(value)).toBe(text);
});

test("a label of a value that contains itself ends", () => {
  const value: { type: string; self?: unknown } = { type: "loop" };
  value.self = value;
  expect(brief(value)).toContain("loop loop");
});

test("a text is cut to its width, or left out if almost nothing is left", () => {
  expect(fitText("charge", 100)).toBe("charge");
  expect(fitText("charge", textWidth("char…"))).toBe("char…");
  expect(fitText("charge", 12)).toBe("");
  expect(textWidth("数数")).toBeGreaterThan(textWidth("aa"));
});
