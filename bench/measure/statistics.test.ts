import fc from "fast-check";
import { expect, test } from "vitest";
import { median, quantile } from "./statistics.ts";

test("the median is the value in the middle, or half-way between two", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

test("the quartiles of five values are the second and the fourth", () => {
  expect([0.25, 0.75].map((share) => quantile([50, 10, 40, 20, 30], share))).toEqual([20, 40]);
});

test("one value in ten that is far off does not move the median beyond the others", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 9, maxLength: 9 }), (values) => {
      expect(median([...values, 1e9])).toBeLessThanOrEqual(9);
    }),
  );
});
