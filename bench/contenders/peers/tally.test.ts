import fc from "fast-check";
import { expect, test } from "vitest";
import { amountOf, counterOf, timesCounted } from "./amounts.ts";
import { addTallies, tallyOf } from "./tally.ts";

test("the values of counters tell how often each command counted", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(31), { maxLength: 35, size: "max" }), (times) => {
      const values: number[] = [];
      for (const [command, counted] of times.entries()) {
        const counter = counterOf(command);
        values[counter] = (values[counter] ?? 0) + counted * amountOf(command);
      }
      expect(values.every(Number.isSafeInteger)).toBe(true);
      expect(timesCounted(values, times.length)).toEqual(times);
    }),
  );
});

test("a command that counted once is right, whether its caller knows or not", () => {
  expect(tallyOf([1, 1], [true, false])).toEqual({ commands: 2, over: 0, under: 0, unknown: 1 });
});

test("every further time a command counted is too often, whether its caller knows or not", () => {
  expect(tallyOf([3, 2, 1], [true, false, true])).toMatchObject({ over: 3, under: 0, unknown: 1 });
});

test("a command that did not count is missing where its caller was told that it did", () => {
  expect(tallyOf([0, 0], [true, false])).toMatchObject({ over: 0, under: 1, unknown: 1 });
});

test("what counted too often does not make up for what is missing", () => {
  expect(tallyOf([0, 2], [true, true])).toMatchObject({ over: 1, under: 1 });
});

test("tallies of parts add up to that of the whole", () => {
  const parts = [tallyOf([0, 2], [true, false]), tallyOf([1], [true])];
  expect(addTallies(parts)).toEqual(tallyOf([0, 2, 1], [true, false, true]));
});
