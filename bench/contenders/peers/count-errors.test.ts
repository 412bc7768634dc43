import fc from "fast-check";
import { expect, test } from "vitest";
import { amountOf, counterOf, timesCounted } from "./amounts.ts";
import { addCountErrors, countErrors } from "./count-errors.ts";

test("the values of counters show how often each command counted", () => {
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

test("a command that counted once is right, acknowledged or not", () => {
  expect(countErrors([1, 1], [true, false])).toEqual({ commands: 2, over: 0, under: 0, unknown: 1 });
});

test("each further count of a command is an error, acknowledged or not", () => {
  expect(countErrors([3, 2, 1], [true, false, true])).toMatchObject({ over: 3, under: 0, unknown: 1 });
});

test("a command that did not count is an error where it was acknowledged", () => {
  expect(countErrors([0, 0], [true, false])).toMatchObject({ over: 0, under: 1, unknown: 1 });
});

test("a count too many does not compensate a missing one", () => {
  expect(countErrors([0, 2], [true, true])).toMatchObject({ over: 1, under: 1 });
});

test("the errors of parts add up to those of the whole", () => {
  const parts = [countErrors([0, 2], [true, false]), countErrors([1], [true])];
  expect(addCountErrors(parts)).toEqual(countErrors([0, 2, 1], [true, false, true]));
});
