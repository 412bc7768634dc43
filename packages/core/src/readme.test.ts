import { expect, test } from "vitest";
import { applyBatch, decrement, get, increment } from "./index.ts";

test("does what the README says", () => {
  const result = applyBatch(3, [increment(5), decrement(2), get()], { min: 0, max: 10 });
  expect(result.value).toBe(6);
  expect(() => applyBatch(3, [decrement(5)], { min: 0 }, "cart-7")).toThrow(
    'Counter "cart-7" is at 3 and would fall to -2; its minimum is 0. [limit-exceeded]',
  );
});
