import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { randomRuns } from "../../../../scripts/test/random.ts";
import { canonical } from "./canonical-text.ts";

const value = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: false,
  withObjectString: true,
  key: fc.constantFrom("a", "b", "c"),
  maxDepth: 2,
  maxKeys: 3,
});

test("is the same for equal values, and different for different ones", () => {
  fc.assert(
    fc.property(value, value, (one, other) => {
      expect(canonical(one, "it") === canonical(other, "it")).toBe(isDeepStrictEqual(one, other));
      expect(canonical(structuredClone(one), "it")).toBe(canonical(one, "it"));
    }),
    { numRuns: randomRuns(2_000) },
  );
});

test.each<[one: unknown, other: unknown]>([
  [1, "1"],
  [1, 1n],
  [0, -0],
  [undefined, null],
  [NaN, null],
  [[], {}],
  [{}, new Map()],
  [new Map(), new Set()],
  [{ a: 1 }, new Map([["a", 1]])],
  [["a", "b"], ["a,b"]],
  [new Date(0), 0],
])("distinguishes similar values, case %#", (one, other) => {
  expect(canonical(one, "it")).not.toBe(canonical(other, "it"));
});

test("does not depend on the order of keys", () => {
  expect(canonical({ a: 1, b: new Set([1, 2]) }, "it")).toBe(canonical({ b: new Set([2, 1]), a: 1 }, "it"));
});

test.each([
  [() => 1, "A function is part of the state."],
  [Symbol("s"), "A symbol is part of the state."],
  [new WeakMap(), "An instance of WeakMap is part of the state."],
])("refuses values with hidden content", (hidden, message) => {
  expect(() => canonical([hidden], "the state")).toThrow(new TypeError(message));
});
