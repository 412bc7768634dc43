import { decrement, get, increment } from "@durable-counter/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../../scripts/test/random.ts";
import { isLinearizableByDefinition } from "./brute-force.fixture.ts";
import { checkLinearizable } from "./check-counter-history.ts";
import { executed, histories, isLinearizable, seen, sent } from "./histories.fixture.ts";

describe("the checker", () => {
  test("agrees with the definition", () => {
    fc.assert(
      fc.property(histories({ maxLength: 6 }), (history) => {
        expect(isLinearizable(...history)).toBe(isLinearizableByDefinition(history));
      }),
      { numRuns: randomRuns(2_000) },
    );
  });

  test("accepts every history of a correct counter", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 8 }),
        (seed, length, processes) => {
          const result = checkLinearizable(executed(length, processes, seed));
          expect(result.linearizable).toBe(true);
        },
      ),
    );
  });

  test("rejects a changed answer if the definition does", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(),
        fc.integer({ min: -3, max: 3 }),
        (seed, length, at, by) => {
          const history = executed(length, 3, seed);
          const index = at % history.length;
          const changed = history.map((operation, each) =>
            each === index && typeof operation.output === "number"
              ? { ...operation, output: operation.output + by }
              : operation,
          );
          expect(isLinearizable(...changed)).toBe(isLinearizableByDefinition(changed));
        },
      ),
      { numRuns: randomRuns(1_000) },
    );
  });

  test("visits few configurations for 1,000 operations of 8 processes", () => {
    expect(checkLinearizable(executed(1_000, 8, 7), undefined, { budget: 20_000 }).linearizable).toBe(true);
  });

  test("orders idle operations at once, however many are concurrent", () => {
    const limits = { min: 0 };
    const history = [1, 2, 4, 8, 16, 32].map((amount) => seen(0, 1_000, increment(amount), 2 * amount - 1));
    for (let n = 1; n <= 40; n++) {
      history.push(seen(0, 1_000, { commands: [decrement(100 + n)], limits }, "limit-exceeded"));
      history.push(seen(0, 1_000 + n, get(), 2 ** (n % 7) - 1));
    }
    expect(checkLinearizable(history, undefined, { budget: 500 }).linearizable).toBe(true);
  });

  test("stops with an error, never with a verdict, when the budget ends", () => {
    const history = Array.from({ length: 24 }, (_, index) => sent(0, increment(2 ** index)));
    history.push(seen(1, 2, get(), -1));
    expect(() => checkLinearizable(history, undefined, { budget: 1_000 })).toThrow(
      "The history is too concurrent to be checked: no verdict after 1000 configurations. Of its 25 operations up " +
        "to 1 were under way at once, and 24 have an unknown outcome.",
    );
  });

  test("is fast for equal operations with unknown outcome", () => {
    const history = Array.from({ length: 60 }, (_, index) => sent(index, increment()));
    history.push(seen(100, 101, get(), 61));
    expect(checkLinearizable(history, undefined, { budget: 1_000 }).linearizable).toBe(false);
  });
});
