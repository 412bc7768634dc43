import { decrement, get, increment } from "@durable-counter/core";
import { describe, expect, test } from "vitest";
import { checkLinearizable } from "./check-linearizable.ts";
import type { CounterOperation, CounterOutput } from "./counter-operation.ts";
import { isLinearizable, seen, sent } from "./histories.fixture.ts";

describe("what a history may show", () => {
  test("nothing at all", () => {
    expect(checkLinearizable([])).toEqual({ linearizable: true, order: [] });
  });

  test("one after the other", () => {
    expect(isLinearizable(seen(0, 1, increment(), 1), seen(2, 3, get(), 1), seen(4, 5, decrement(), 0))).toBe(
      true,
    );
  });

  test("what was called at once, in either order", () => {
    expect(isLinearizable(seen(0, 9, increment(), 1), seen(1, 2, get(), 0))).toBe(true);
    expect(isLinearizable(seen(0, 9, increment(), 1), seen(1, 2, get(), 1))).toBe(true);
  });

  test("a refusal, of a counter that was at its limit", () => {
    const up = { commands: [increment()], limits: { max: 1 } };
    expect(isLinearizable(seen(0, 1, up, 1), seen(2, 3, up, "limit-exceeded"))).toBe(true);
    expect(isLinearizable(seen(0, 1, up, "limit-exceeded"))).toBe(false);
  });

  test("a failed operation without effect", () => {
    const failed: CounterOperation = { start: 0, end: 1, input: increment(), outcome: "failed" };
    expect(isLinearizable(failed, seen(2, 3, get(), 0))).toBe(true);
    expect(isLinearizable(failed, seen(2, 3, get(), 1))).toBe(false);
  });

  test("a failed operation that answers something must be right, and without effect", () => {
    const failed = (output: CounterOutput): CounterOperation => ({
      ...seen(0, 1, { commands: [increment()], limits: { max: 0 } }, output),
      outcome: "failed",
    });
    expect(isLinearizable(failed("limit-exceeded"))).toBe(true);
    expect(isLinearizable({ ...failed(1), input: increment() })).toBe(false);
  });

  test("an answer that nobody looked at", () => {
    const blind: CounterOperation = { start: 0, end: 1, input: increment(5) };
    expect(isLinearizable(blind, seen(2, 3, get(), 5))).toBe(true);
    expect(isLinearizable(blind, seen(2, 3, get(), 0))).toBe(false);
  });
});

describe("what it may not show", () => {
  test("a lost update", () => {
    expect(isLinearizable(seen(0, 3, increment(), 1), seen(1, 4, increment(), 1))).toBe(false);
  });

  test("a stale read after a write was acknowledged", () => {
    expect(isLinearizable(seen(0, 1, increment(), 1), seen(2, 3, get(), 0))).toBe(false);
  });

  test("two reads of concurrent writes that go back in time", () => {
    expect(isLinearizable(seen(0, 9, increment(), 1), seen(1, 2, get(), 1), seen(3, 4, get(), 0))).toBe(
      false,
    );
  });

  test("an increment that counted twice", () => {
    expect(isLinearizable(seen(0, 1, increment(), 1), seen(2, 3, get(), 2))).toBe(false);
  });

  test("a value that never was", () => {
    expect(isLinearizable(seen(0, 5, increment(2), 2), seen(1, 4, get(), 1))).toBe(false);
  });

  test("a batch that others saw half of", () => {
    const batch = { commands: [increment(1), increment(1)] };
    expect(isLinearizable(seen(0, 5, batch, 2), seen(1, 4, get(), 1))).toBe(false);
  });

  test("a receipt whose results do not fit its value", () => {
    const receipt = (before: number) => ({
      value: 1,
      results: [{ type: "increment", before, after: 1 }] as const,
    });
    expect(isLinearizable(seen(0, 1, increment(), receipt(0)))).toBe(true);
    expect(isLinearizable(seen(0, 1, increment(), receipt(1)))).toBe(false);
  });
});

describe("an unknown outcome", () => {
  test("may be an effect", () => {
    expect(isLinearizable(sent(0, increment()), seen(1, 2, get(), 1))).toBe(true);
  });

  test("may be none", () => {
    expect(isLinearizable(sent(0, increment()), seen(1, 2, get(), 0))).toBe(true);
  });

  test("may be an effect long after, even where an end is told", () => {
    const lost: CounterOperation = { start: 0, end: 1, input: increment(), outcome: "unknown" };
    expect(isLinearizable(lost, seen(2, 3, get(), 0), seen(4, 5, get(), 1))).toBe(true);
  });

  test("is not an effect before its start", () => {
    expect(isLinearizable(seen(0, 1, get(), 1), sent(2, increment()))).toBe(false);
  });

  test("is one effect, not two", () => {
    expect(isLinearizable(sent(0, increment()), seen(1, 2, get(), 2))).toBe(false);
  });

  test("is no effect that is taken back", () => {
    expect(isLinearizable(sent(0, increment()), seen(1, 2, get(), 1), seen(3, 4, get(), 0))).toBe(false);
  });

  test("is left out of the order where it was none", () => {
    const effect = sent(0, increment(2));
    const none = sent(1, increment(4));
    const read = seen(2, 3, get(), 2);
    expect(checkLinearizable([effect, none, read])).toEqual({ linearizable: true, order: [effect, read] });
  });
});

describe("time", () => {
  test("that touches is concurrent", () => {
    expect(isLinearizable(seen(0, 1, increment(), 1), seen(1, 2, get(), 0))).toBe(true);
    expect(isLinearizable(seen(0, 1, get(), 1), seen(1, 2, increment(), 1))).toBe(true);
    expect(isLinearizable(seen(1, 1, increment(), 1), seen(1, 1, get(), 0))).toBe(true);
  });

  test("may be given in any order, by any clock", () => {
    const history = [seen(2.5, 3.25, get(), 1), seen(-1e9, -1, increment(), 1)];
    expect(checkLinearizable(history)).toMatchObject({ order: [{ output: 1, start: -1e9 }, { start: 2.5 }] });
  });
});

describe("keys", () => {
  const on = (key: string, operation: CounterOperation) => ({ ...operation, key });

  test("are counters of their own", () => {
    expect(isLinearizable(on("a", seen(0, 1, increment(), 1)), on("b", seen(2, 3, get(), 0)))).toBe(true);
  });

  test("are named where one is wrong", () => {
    const result = checkLinearizable([on("a", seen(0, 1, increment(), 1)), on("b", seen(2, 3, get(), 1))]);
    expect(result).toMatchObject({ linearizable: false, key: "b" });
    expect(result).toHaveProperty("message", expect.stringContaining('of this operation on "b".'));
  });

  test("come together in one order that keeps to real time", () => {
    const history = [
      on("a", seen(0, 9, increment(), 2)),
      on("b", seen(1, 2, increment(), 1)),
      on("a", seen(3, 4, increment(), 1)),
      on("b", seen(5, 6, increment(), 2)),
    ];
    const result = checkLinearizable(history);
    expect(result).toEqual({ linearizable: true, order: [history[1], history[2], history[0], history[3]] });
  });
});

describe("bad input", () => {
  test.each<[what: string, history: unknown, message: string]>([
    ["no array", {}, "history is {}; pass an array of operations."],
    ["no operation", [null], 'history[0] is null; pass an object with "start", "end", "input" and "output".'],
    ["no start", [{ input: get() }], "history[0].start is undefined; pass a finite number."],
    [
      "an endless end",
      [{ start: 0, end: Infinity, input: get() }],
      "history[0].end is Infinity; pass a finite number",
    ],
    [
      "an end before its start",
      [{ start: 2, end: 1, input: get() }],
      "history[0].end is 1; let it not be before its start, 2.",
    ],
    [
      "an answer without an end",
      [{ start: 2, outcome: "ok", input: get() }],
      "history[0].end is undefined; tell when",
    ],
    [
      "another outcome",
      [{ start: 2, outcome: "maybe", input: get() }],
      'history[0].outcome is "maybe"; pass "ok"',
    ],
    ["a key that is a number", [{ start: 2, key: 7, input: get() }], "history[0].key is 7; pass a string"],
    ["no input", [{ start: 2 }], "history[0].input is undefined; pass what the object was asked for."],
    ["no command", [{ start: 2, input: { type: "add" } }], 'history[0].input.type is "add"; pass a command'],
    [
      "a wrong amount",
      [{ start: 2, input: { commands: [{ type: "increment", amount: -1 }] } }],
      "history[0].input.commands[0].amount is -1",
    ],
  ])("%s is refused", (_what, history, message) => {
    // A caller without types may pass anything.
    expect(() => checkLinearizable(history as readonly CounterOperation[])).toThrow(message);
  });

  test("a budget that is none is refused", () => {
    expect(() => checkLinearizable([], undefined, { budget: 0 })).toThrow(
      "options.budget is 0; pass a whole number",
    );
  });
});
