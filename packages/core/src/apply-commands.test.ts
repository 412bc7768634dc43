import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  applyBatch,
  applyCommand,
  decrement,
  get,
  increment,
  isCounterError,
  set,
  type BatchResult,
  type Command,
  type Limits,
} from "./index.ts";

const MAX = Number.MAX_SAFE_INTEGER;
const small = fc.integer({ min: -20, max: 20 });
const any = fc.oneof(small, fc.maxSafeInteger());
const amount = fc.oneof(fc.nat({ max: 20 }), fc.maxSafeNat());
const command: fc.Arbitrary<Command> = fc.oneof(
  amount.map((n) => increment(n)),
  amount.map((n) => decrement(n)),
  fc.constant(get()),
  any.map((value) => set(value)),
);
const commands = fc.array(command, { minLength: 1, maxLength: 12 });
const limits = (onLimit: "reject" | "clamp") =>
  fc.tuple(any, any).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b), onLimit }));
const anyLimits: fc.Arbitrary<Limits> = fc.oneof(fc.constant({}), limits("reject"), limits("clamp"));

const outcome = (run: () => BatchResult): BatchResult | string => {
  try {
    return run();
  } catch (error) {
    if (isCounterError(error)) return error.code;
    throw error;
  }
};

/** Where a command would take the value without limits. */
function unlimited(value: number, one: Command): bigint {
  if (one.type === "set") return BigInt(one.value);
  if (one.type === "get") return BigInt(value);
  return BigInt(value) + BigInt(one.type === "increment" ? one.amount : -one.amount);
}

describe("a batch", () => {
  test("is the same as its commands, applied one after another", () => {
    fc.assert(
      fc.property(any, commands, anyLimits, (value, batch, bounds) => {
        const folded = outcome(() => {
          const results = [];
          let current = value;
          for (const one of batch) {
            const result = applyCommand(current, one, bounds);
            results.push(result);
            current = result.after;
          }
          return { value: current, results };
        });
        expect(outcome(() => applyBatch(value, batch, bounds))).toEqual(folded);
      }),
    );
  });

  test("applies each command to the value that the command before left", () => {
    fc.assert(
      fc.property(any, commands, anyLimits, (value, batch, bounds) => {
        const result = outcome(() => applyBatch(value, batch, bounds));
        if (typeof result === "string") return;
        let current = value;
        for (const { before, after } of result.results) {
          expect(before).toBe(current);
          current = after;
        }
        expect(result.value).toBe(current);
        expect(result.results.map(({ type }) => type)).toEqual(batch.map(({ type }) => type));
      }),
    );
  });

  test("ends at the same value from any value before, from a set on", () => {
    fc.assert(
      fc.property(any, any, any, commands, anyLimits, (one, other, value, batch, bounds) => {
        const after = (before: number) => outcome(() => applyBatch(before, [set(value), ...batch], bounds));
        const [from, to] = [after(one), after(other)];
        const rest = (result: BatchResult | string) =>
          typeof result === "string" ? result : [result.value, result.results.slice(1)];
        expect(rest(to)).toEqual(rest(from));
      }),
    );
  });

  test("does not change its input", () => {
    const batch = Object.freeze([increment(2), decrement(1)].map((one) => Object.freeze(one)));
    expect(applyBatch(1, batch, Object.freeze({ min: 0 }))).toEqual({
      value: 2,
      results: [
        { type: "increment", before: 1, after: 3 },
        { type: "decrement", before: 3, after: 2 },
      ],
    });
  });

  test("reports which command was refused, and why", () => {
    expect(() => applyBatch(3, [get(), decrement(5)], { min: 0 }, "cart-7")).toThrow(
      'Command 2 of 2 was refused, and with it the whole batch. Counter "cart-7" is at 3 and would fall to -2; its minimum is 0. [limit-exceeded]',
    );
    expect(() => applyBatch(3, [decrement(5)], { min: 0 }, "cart-7")).toThrow(
      /^Counter "cart-7" is at 3 and would fall to -2; its minimum is 0\. \[limit-exceeded\]$/u,
    );
  });
});

describe("limits", () => {
  test("are never passed by a value within them, rejecting or clamping", () => {
    fc.assert(
      fc.property(any, commands, fc.oneof(limits("reject"), limits("clamp")), (start, batch, bounds) => {
        const value = Math.min(Math.max(start, bounds.min), bounds.max);
        const result = outcome(() => applyBatch(value, batch, bounds));
        if (typeof result === "string") return;
        for (const { after } of result.results) {
          expect(after).toBeGreaterThanOrEqual(bounds.min);
          expect(after).toBeLessThanOrEqual(bounds.max);
        }
      }),
    );
  });

  test("clamp by going as far as the limit, and never refuse", () => {
    fc.assert(
      fc.property(any, command, limits("clamp"), (start, one, bounds) => {
        const value = Math.min(Math.max(start, bounds.min), bounds.max);
        const target = unlimited(value, one);
        const [low, high] = [BigInt(bounds.min), BigInt(bounds.max)];
        const expected = target < low ? low : target > high ? high : target;
        expect(BigInt(applyCommand(value, one, bounds).after)).toBe(expected);
      }),
    );
  });

  test.each(["reject", "clamp"] as const)(
    "let a value outside them move back, but no further away (%s)",
    (onLimit) => {
      const bounds = { min: 0, max: 10, onLimit };
      expect(applyBatch(15, [get(), increment(0), decrement(2)], bounds).value).toBe(13);
      expect(applyBatch(-5, [increment(2)], bounds).value).toBe(-3);
      const further = [
        () => applyCommand(15, increment(), bounds),
        () => applyCommand(-5, decrement(), bounds),
      ];
      if (onLimit === "clamp") expect(further.map((run) => run().after)).toEqual([15, -5]);
      else for (const run of further) expect(run).toThrow(/\[limit-exceeded\]/u);
    },
  );

  test("hold for a value that is set, whatever the value before", () => {
    fc.assert(
      fc.property(any, any, anyLimits, (before, value, bounds) => {
        const { min = -Infinity, max = Infinity, onLimit } = bounds;
        const result = outcome(() => applyBatch(before, [set(value)], bounds));
        const isWithin = min <= value && value <= max;
        const after = Math.min(Math.max(value, min), max);
        expect(result).toEqual(
          isWithin || onLimit === "clamp"
            ? { value: after, results: [{ type: "set", before, after }] }
            : "limit-exceeded",
        );
      }),
    );
  });

  test("refuse a value to set, and name the limit", () => {
    const refused = (value: number) => () => applyCommand(15, set(value), { min: 0, max: 10 }, "cart-7");
    expect(refused(12)).toThrow('Counter "cart-7" is at 15 and would be set to 12; its maximum is 10.');
    expect(refused(-1)).toThrow('Counter "cart-7" is at 15 and would be set to -1; its minimum is 0.');
  });

  test("may have one side only", () => {
    expect(applyCommand(0, decrement(7), { max: 3 }).after).toBe(-7);
    expect(applyCommand(0, increment(7), { min: -3 }).after).toBe(7);
  });
});

describe("the value", () => {
  test("never leaves the safe integers, and is never rounded", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), commands, anyLimits, (value, batch, bounds) => {
        const result = outcome(() => applyBatch(value, batch, bounds));
        if (result === "limit-exceeded") return;
        for (const { after } of (result as BatchResult).results)
          expect(Number.isSafeInteger(after)).toBe(true);
      }),
    );
  });

  test.each([
    [MAX, increment(), "rise to 9007199254740992; its maximum is 9007199254740991"],
    [-MAX, decrement(MAX), "fall to -18014398509481982; its minimum is -9007199254740991"],
  ])(
    "at %d: a command that would leave the safe integers is refused, clamping or not",
    (value, one, sentence) => {
      for (const bounds of [{}, { onLimit: "clamp" } as const]) {
        expect(() => applyCommand(value, one, bounds)).toThrow(sentence);
      }
    },
  );

  test("is exact up to the edge", () => {
    expect(applyCommand(MAX - 1, increment()).after).toBe(MAX);
    expect(applyCommand(-MAX, increment(MAX)).after).toBe(0);
  });
});
