import { expect, test } from "vitest";
import { full, quick } from "./effort.ts";
import { isMissed, type Report, type Target } from "./report.ts";
import { table } from "./table.ts";

const target: Target = { measured: 1.6, bound: "at most", limit: 1.5, unit: "×" };
const report = (given: Partial<Target>): Report => ({
  head: ["", "ratio"],
  rows: [{ cells: ["reference", ""] }, { cells: ["contender", "1.6×"], target: { ...target, ...given } }],
});

test("says of a target what it is and whether it is reached", () => {
  expect(table(report({}), full)).toMatch(/contender.* 1\.6× .* ≤ 1\.5× .* no /u);
  expect(table(report({ measured: 1.5 }), full)).toMatch(/ ≤ 1\.5× .* yes /u);
  expect(table(report({ bound: "at least" }), full)).toMatch(/ ≥ 1\.5× .* yes /u);
});

test("judges nothing by a quick run", () => {
  expect(table(report({}), quick)).toMatch(/ ≤ 1\.5× .* not judged /u);
});

test("misses a target that is not reached", () => {
  expect(isMissed(report({}))).toBe(true);
  expect(isMissed(report({ measured: 1.5 }))).toBe(false);
});

test("has no column for targets where there is none", () => {
  expect(table({ head: ["steps"], rows: [{ cells: ["10"] }] }, full)).not.toContain("target");
});
