import { decrement, get, increment } from "@durable-counter/core";
import { describe, expect, test } from "vitest";
import { checkLinearizable } from "./check-counter-history.ts";
import type { CounterOperation, CounterOutput } from "./counter-operation.ts";
import { isLinearizable, seen, sent } from "./histories.fixture.ts";

describe("a linearizable history", () => {
  test("can be empty", () => {
    expect(checkLinearizable([])).toEqual({ linearizable: true, order: [] });
  });

  test("can be sequential", () => {
    expect(isLinearizable(seen(0, 1, increment(), 1), seen(2, 3, get(), 1), seen(4, 5, decrement(), 0))).toBe(
      true,
    );
  });

  test("can order concurrent operations either way", () => {
    expect(isLinearizable(seen(0, 9, increment(), 1), seen(1, 2, get(), 0))).toBe(true);
    expect(isLinearizable(seen(0, 9, increment(), 1), seen(1, 2, get(), 1))).toBe(true);
  });

  test("can contain a refusal at the limit", () => {
    const up = { commands: [increment()], limits: { max: 1 } };
    expect(isLinearizable(seen(0, 1, up, 1), seen(2, 3, up, "limit-exceeded"))).toBe(true);
    expect(isLinearizable(seen(0, 1, up, "limit-exceeded"))).toBe(false);
  });

  test("can contain a failed operation without effect", () => {
    const failed: CounterOperation = { start: 0, end: 1, input: increment(), outcome: "failed" };
    expect(isLinearizable(failed, seen(2, 3, get(), 0))).toBe(true);
    expect(isLinearizable(failed, seen(2, 3, get(), 1))).toBe(false);
  });

  test("can contain a failed operation with an output, which must be explained", () => {
    const failed = (output: CounterOutput): CounterOperation => ({
      ...seen(0, 1, { commands: [increment()], limits: { max: 0 } }, output),
      outcome: "failed",
    });
    expect(isLinearizable(failed("limit-exceeded"))).toBe(true);
    expect(isLinearizable({ ...failed(1), input: increment() })).toBe(false);
  });

  test("can contain an unknown output", () => {
    const blind: CounterOperation = { start: 0, end: 1, input: increment(5) };
    expect(isLinearizable(blind, seen(2, 3, get(), 5))).toBe(true);
    expect(isLinearizable(blind, seen(2, 3, get(), 0))).toBe(false);
  });
});

describe("a history is not linearizable with", () => {
  test("a lost update", () => {
    expect(isLinearizable(seen(0, 3, increment(), 1), seen(1, 4, increment(), 1))).toBe(false);
  });

  test("a stale read after an acknowledged write", () => {
    expect(isLinearizable(seen(0, 1, increment(), 1), seen(2, 3, get(), 0))).toBe(false);
  });

  test("two reads of concurrent writes in the wrong order", () => {
    expect(isLinearizable(seen(0, 9, increment(), 1), seen(1, 2, get(), 1), seen(3, 4, get(), 0))).toBe(
      false,
    );
  });

  test("an increment that counts twice", () => {
    expect(isLinearizable(seen(0, 1, increment(), 1), seen(2, 3, get(), 2))).toBe(false);
  });

  test("a value that the counter never had", () => {
    expect(isLinearizable(seen(0, 5, increment(2), 2), seen(1, 4, get(), 1))).toBe(false);
  });

  test("a read of half a batch", () => {
    const batch = { commands: [increment(1), increment(1)] };
    expect(isLinearizable(seen(0, 5, batch, 2), seen(1, 4, get(), 1))).toBe(false);
  });

  test("an answer whose results do not fit its value", () => {
    const applyResult = (before: number) => ({
      value: 1,
      results: [{ type: "increment", before, after: 1 }] as const,
    });
    expect(isLinearizable(seen(0, 1, increment(), applyResult(0)))).toBe(true);
    expect(isLinearizable(seen(0, 1, increment(), applyResult(1)))).toBe(false);
  });
});

describe("an operation with unknown outcome", () => {
  test("can have an effect", () => {
    expect(isLinearizable(sent(0, increment()), seen(1, 2, get(), 1))).toBe(true);
  });

  test("can have no effect", () => {
    expect(isLinearizable(sent(0, increment()), seen(1, 2, get(), 0))).toBe(true);
  });

  test("can have its effect long after its end", () => {
    const lost: CounterOperation = { start: 0, end: 1, input: increment(), outcome: "unknown" };
    expect(isLinearizable(lost, seen(2, 3, get(), 0), seen(4, 5, get(), 1))).toBe(true);
  });

  test("has no effect before its start", () => {
    expect(isLinearizable(seen(0, 1, get(), 1), sent(2, increment()))).toBe(false);
  });

  test("has at most one effect", () => {
    expect(isLinearizable(sent(0, increment()), seen(1, 2, get(), 2))).toBe(false);
  });

  test("cannot take its effect back", () => {
    expect(isLinearizable(sent(0, increment()), seen(1, 2, get(), 1), seen(3, 4, get(), 0))).toBe(false);
  });

  test("is left out of the order if it had no effect", () => {
    const effect = sent(0, increment(2));
    const none = sent(1, increment(4));
    const read = seen(2, 3, get(), 2);
    expect(checkLinearizable([effect, none, read])).toEqual({ linearizable: true, order: [effect, read] });
  });
});

describe("time", () => {
  test("of operations that touch is concurrent", () => {
    expect(isLinearizable(seen(0, 1, increment(), 1), seen(1, 2, get(), 0))).toBe(true);
    expect(isLinearizable(seen(0, 1, get(), 1), seen(1, 2, increment(), 1))).toBe(true);
    expect(isLinearizable(seen(1, 1, increment(), 1), seen(1, 1, get(), 0))).toBe(true);
  });

  test("can be in any order and unit", () => {
    const history = [seen(2.5, 3.25, get(), 1), seen(-1e9, -1, increment(), 1)];
    expect(checkLinearizable(history)).toMatchObject({ order: [{ output: 1, start: -1e9 }, { start: 2.5 }] });
  });
});

describe("keys", () => {
  const on = (key: string, operation: CounterOperation) => ({ ...operation, key });

  test("are separate counters", () => {
    expect(isLinearizable(on("a", seen(0, 1, increment(), 1)), on("b", seen(2, 3, get(), 0)))).toBe(true);
  });

  test("are named in a contradiction", () => {
    const result = checkLinearizable([on("a", seen(0, 1, increment(), 1)), on("b", seen(2, 3, get(), 1))]);
    expect(result).toMatchObject({ linearizable: false, key: "b" });
    expect(result).toHaveProperty("message", expect.stringContaining('of this operation on "b".'));
  });

  test("are merged into one order that keeps to real time", () => {
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

  test("an invalid budget is refused", () => {
    expect(() => checkLinearizable([], undefined, { budget: 0 })).toThrow(
      "options.budget is 0; pass a whole number",
    );
  });
});
