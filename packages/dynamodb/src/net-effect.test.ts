import {
  applyBatch,
  decrement,
  get,
  increment,
  isCounterError,
  set,
  type Command,
  type Limits,
} from "@durable-counter/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../scripts/test/random.ts";
import { netEffect } from "./net-effect.ts";

const amount = fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 9 }) }, fc.maxSafeNat());
const value = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: -30, max: 30 }) }, fc.maxSafeInteger());
const commands = fc.array(
  fc.oneof(
    amount.map((n): Command => increment(n)),
    amount.map((n): Command => decrement(n)),
    fc.constant(get()),
    { weight: 2, arbitrary: value.map((n): Command => set(n)) },
  ),
  { minLength: 1, maxLength: 8 },
);
const limits: fc.Arbitrary<Limits> = fc.oneof(
  fc.constant({}),
  value.map((min) => ({ min })),
  value.map((max) => ({ max })),
  fc.tuple(value, value).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) })),
);

describe("the net effect of a batch", () => {
  test("accepts exactly the values that the batch itself accepts, and ends at the same value", () => {
    fc.assert(
      fc.property(value, commands, limits, (before, batch, bounds) => {
        const effect = netEffect(batch, bounds);
        const fits = effect.lowest <= BigInt(before) && BigInt(before) <= effect.highest;
        const after = effect.kind === "set" ? effect.end : BigInt(before) + effect.delta;
        try {
          expect(BigInt(applyBatch(before, batch, bounds).value)).toBe(after);
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

  test("sets a value if the batch does, and looks at the commands before it", () => {
    const limits = { min: 0, max: 9 };
    expect(netEffect([decrement(2), set(5), increment(3)], limits)).toMatchObject({
      kind: "set",
      end: 8n,
      lowest: 2n,
    });
    for (const batch of [[set(10)], [set(-1), increment(5)], [set(5), increment(5), decrement(5)]]) {
      const { lowest, highest } = netEffect(batch, limits);
      expect(lowest > highest).toBe(true);
    }
  });

  test("is to set a value only if the batch does", () => {
    fc.assert(
      fc.property(commands, limits, (batch, bounds) => {
        const isSet = batch.some(({ type }) => type === "set");
        expect(netEffect(batch, bounds).kind).toBe(isSet ? "set" : "add");
      }),
    );
  });

  test("fits no value where the batch swings wider than its limits", () => {
    const { lowest, highest } = netEffect([increment(5), decrement(9)], { min: 0, max: 3 });
    expect(lowest > highest).toBe(true);
  });
});
