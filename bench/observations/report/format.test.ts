import { expect, test } from "vitest";
import { dollars, percent, significant } from "./format.ts";

test.each([
  [0, "$0"],
  [0.00816, "$0.0082"],
  [8.454, "$8.45"],
  [16.2, "$16.20"],
  [11_759.126, "$11,759.13"],
])("%d dollars are %s", (value, text) => {
  expect(dollars(value)).toBe(text);
});

test.each([
  [0.000123, "0.000123"],
  [9.126, "9.13"],
  [1_233.4, "1,233"],
  [15_130, "15.1 k"],
])("%d is %s", (value, text) => {
  expect(significant(value)).toBe(text);
});

test("a share that is not 0 is never shown as 0", () => {
  expect(percent(0.00001)).toBe("0.001 %");
  expect(percent(0)).toBe("0 %");
});
