import { get, increment } from "@durable-counter/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkLinearizable } from "./check-counter-history.ts";
import type { CounterOperation } from "./counter-operation.ts";
import { executed, histories, isLinearizable, seen } from "./histories.fixture.ts";

describe("an explanation", () => {
  test("lists the operations that contradict each other, with a picture", () => {
    const by = (process: string, operation: CounterOperation) => ({ ...operation, process });
    const result = checkLinearizable([
      by(
        "till 1",
        seen(0, 4, increment(5), { value: 5, results: [{ type: "increment", before: 0, after: 5 }] }),
      ),
      by(
        "till 2",
        seen(3, 8, increment(2), { value: 7, results: [{ type: "increment", before: 5, after: 7 }] }),
      ),
      by("audit", seen(9, 10, get(), 5)),
      by("till 1", seen(11, 12, get(), 7)),
    ]);
    expect(result).toHaveProperty(
      "message",
      `
Not linearizable: no order explains the answers of these 2 operations.

  till 2  increment 2: 5 → 7  ├──┤
  audit   get: 5                    ├──┤

The other 2 do not matter: it is so whether or not they took effect.`.trimStart(),
    );
  });

  test("is a contradiction by itself", () => {
    fc.assert(
      fc.property(histories({ maxLength: 12 }), (history) => {
        const result = checkLinearizable(history);
        fc.pre(!result.linearizable);
        expect(checkLinearizable(result.explanation).linearizable).toBe(false);
      }),
    );
  });

  test("does not contain an operation whose answer a later one explains", () => {
    const slow = seen(0, 20, increment(1), 5);
    const wrong = seen(2, 3, get(), 1);
    const later = seen(10, 11, increment(4), 4);
    expect(checkLinearizable([slow, wrong, later])).toMatchObject({ explanation: [slow, wrong] });
    expect(isLinearizable(slow, later)).toBe(true);
  });

  test("of a long history is short", () => {
    const history = executed(300, 8, 1).concat(seen(1e6, 1e6 + 1, get(), 50));
    const result = checkLinearizable(history);
    expect(result).toHaveProperty("explanation", [history.at(-2), history.at(-1)]);
  });

  test("that cannot be short shows its end", () => {
    const blind = Array.from({ length: 30 }, (_, index): CounterOperation => ({
      start: 2 * index,
      end: 2 * index + 1,
      input: increment(),
    }));
    const result = checkLinearizable([...blind, seen(100, 101, get(), 29)]);
    expect(result).toHaveProperty("explanation.length", 31);
    expect(result).toHaveProperty(
      "message",
      expect.stringContaining(
        "\n  … 11 before, which lead to the state that these find\n  increment 1: ?  ├──┤",
      ),
    );
  });
});
