import fc from "fast-check";
import { expect, test } from "vitest";
import { unsatisfiableCore } from "./explanation.ts";

const members = fc.integer({ min: 1, max: 40 }).map((length) => Array.from({ length }, (_, index) => index));

/** Conflicts among members; what contains one of them is impossible. */
const conflicts = members.chain((all) =>
  fc.record({
    all: fc.constant(all),
    sets: fc.array(fc.subarray(all, { minLength: 1 }), { minLength: 1, maxLength: 5 }),
  }),
);

test("is impossible, and possible without any one of its members", () => {
  fc.assert(
    fc.property(conflicts, ({ all, sets }) => {
      const isImpossible = (some: readonly number[]) =>
        sets.some((set) => set.every((each) => some.includes(each)));
      const core = unsatisfiableCore(all, isImpossible);
      expect(isImpossible(core)).toBe(true);
      for (const one of core) expect(isImpossible(core.filter((each) => each !== one))).toBe(false);
    }),
  );
});

test("prefers members that come first", () => {
  const isImpossible = (some: readonly number[]) => some.filter((each) => each % 2 === 0).length >= 2;
  expect(unsatisfiableCore([1, 2, 3, 4, 5, 6], isImpossible).toSorted(byNumber)).toEqual([2, 4]);
});

test("needs few checks", () => {
  let questions = 0;
  const all = Array.from({ length: 1_000 }, (_, index) => index);
  const core = unsatisfiableCore(all, (some) => {
    questions += 1;
    return some.includes(123) && some.includes(777);
  });
  expect(core.toSorted(byNumber)).toEqual([123, 777]);
  expect(questions).toBeLessThan(30);
});

test("is everything if no check can decide", () => {
  expect(unsatisfiableCore([1, 2, 3], () => false).toSorted(byNumber)).toEqual([1, 2, 3]);
});

function byNumber(a: number, b: number): number {
  return a - b;
}
