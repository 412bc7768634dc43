import fc from "fast-check";
import { expect, test } from "vitest";
import { flaky } from "./flaky.ts";

test("fails as often as asked, then calls the function", () => {
  fc.assert(
    fc.property(fc.nat(20), fc.nat(20), (failures, successes) => {
      const double = flaky((n: number) => n * 2, { failures });
      for (let failure = 1; failure <= failures; failure++) {
        expect(() => double(1)).toThrow(`flaky: failure ${failure} of ${failures}`);
      }
      for (let n = 0; n < successes; n++) expect(double(n)).toBe(n * 2);
    }),
  );
});

test("rejects if the function is async", async () => {
  const answer = flaky(async () => 42, { failures: 1 });
  const failed = answer();
  await expect(failed).rejects.toThrow("flaky: failure 1 of 1");
  await expect(answer()).resolves.toBe(42);
});

test("fails with the given error", () => {
  const error = new TypeError("throttled");
  expect(flaky(() => 1, { failures: 1, error })).toThrow(error);
});

test("passes on the errors of the function", () => {
  const broken = flaky(
    () => {
      throw new Error("its own");
    },
    { failures: 0 },
  );
  expect(broken).toThrow("its own");
});

test.each([-1, 0.5, NaN, Infinity, "2" as unknown as number])("refuses %s failures", (failures) => {
  expect(() => flaky(() => 1, { failures })).toThrow(
    new RangeError(`options.failures is ${failures}; pass a whole number of at least 0.`),
  );
});

test("refuses a value that is no function", () => {
  expect(() => flaky(1 as never, { failures: 1 })).toThrow(
    new TypeError("fn is a number; pass the function that is to be flaky."),
  );
});
