import {
  applyBatch,
  decrement,
  get,
  increment,
  isCounterError,
  type Command,
  type Limits,
} from "@durable-counter/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../scripts/test/random.ts";
import { netEffect } from "./net-effect.ts";

const amount = fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 9 }) }, fc.maxSafeNat());
const commands = fc.array(
  fc.oneof(
    amount.map((n): Command => increment(n)),
    amount.map((n): Command => decrement(n)),
    fc.constant(get()),
  ),
  { minLength: 1, maxLength: 8 },
);
const value = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: -30, max: 30 }) }, fc.maxSafeInteger());
const limits: fc.Arbitrary<Limits> = fc.oneof(
  fc.constant({}),
  value.map((min) => ({ min })),
  value.map((max) => ({ max })),
  fc.tuple(value, value).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) })),
);

describe("the net effect of a batch", () => {
  test("accepts exactly the values that the batch itself accepts, and adds the same", () => {
    fc.assert(
      fc.property(value, commands, limits, (before, batch, bounds) => {
        const { delta, lowest, highest } = netEffect(batch, bounds);
        const fits = lowest <= BigInt(before) && BigInt(before) <= highest;
        try {
          expect(BigInt(applyBatch(before, batch, bounds).value)).toBe(BigInt(before) + delta);
          expect(fits).toBe(true);
        } catch (error) {
          if (!isCounterError(error, "limit-exceeded")) throw error;
          expect(fits).toBe(false);
        }
      }),
      { numRuns: randomRuns(2_000) },
    );
  });

  test("looks at every value in between, not at the last alone", () => {
    expect(netEffect([increment(5), decrement(5)], { min: 0, max: 7 })).toMatchObject({
      delta: 0n,
      highest: 2n,
    });
  });

  test("fits no value where the batch swings wider than its limits", () => {
    const { lowest, highest } = netEffect([increment(5), decrement(9)], { min: 0, max: 3 });
    expect(lowest > highest).toBe(true);
  });
});
