import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Command, decrement, get, increment, isCounterError, parseInput, set } from "./index.ts";

const refusal = (input: unknown): string => {
  try {
    parseInput(Command, input, "command");
  } catch (error) {
    if (isCounterError(error, "invalid-input")) return error.message;
    throw error;
  }
  throw new Error("accepted");
};

describe("a command", () => {
  test("is built with an amount of 1 by default", () => {
    expect([increment(), decrement(), get(), increment(7), decrement(0)]).toEqual([
      { type: "increment", amount: 1 },
      { type: "decrement", amount: 1 },
      { type: "get" },
      { type: "increment", amount: 7 },
      { type: "decrement", amount: 0 },
    ]);
  });

  test("takes every safe integer from 0 as an amount, and no other value", () => {
    const amounts = fc.oneof(fc.maxSafeNat(), fc.double(), fc.integer(), fc.string(), fc.anything());
    fc.assert(
      fc.property(amounts, (amount) => {
        const valid = Number.isSafeInteger(amount) && (amount as number) >= 0;
        expect(Command.safeParse({ type: "increment", amount }).success).toBe(valid);
      }),
    );
  });

  test.each([
    ["1", '"1"'],
    [Number("1e309"), "Infinity"],
    [Number.NaN, "NaN"],
    [1.5, "1.5"],
    [-1, "-1"],
    [2 ** 53, "9007199254740992"],
    [1n, "1n"],
    [undefined, "undefined"],
    [null, "null"],
    [{ a: 1 }, '{"a":1}'],
    [() => 1, "a function"],
    [Symbol("one"), "Symbol(one)"],
  ])("refuses the amount %s with path, value and remedy", (amount, shown) => {
    expect(refusal({ type: "decrement", amount })).toBe(
      `command.amount is ${shown}; pass a whole number from 0 to 9007199254740991. [invalid-input]`,
    );
  });

  test("is of one type, though a getter gives another one each time", () => {
    const types = ["increment", "set"];
    const command = {
      get type() {
        return types.shift();
      },
      amount: 2,
    };
    expect(parseInput(Command, command, "command")).toEqual({ type: "increment", amount: 2 });
  });

  test("takes every safe integer as a value to set, and no other value", () => {
    const values = fc.oneof(fc.maxSafeInteger(), fc.double(), fc.integer(), fc.string(), fc.anything());
    fc.assert(
      fc.property(values, (value) => {
        const parsed = Command.safeParse({ type: "set", value });
        expect(parsed.success).toBe(Number.isSafeInteger(value));
        if (parsed.success) expect(parsed.data).toEqual(set((value as number) + 0));
      }),
    );
  });

  test.each([[2 ** 53], [-(2 ** 53)], [0.5], [Number.NaN], [undefined]])(
    "refuses to set %s, with path, value and remedy",
    (value) => {
      const message = `is ${value}; pass a whole number within ±9007199254740991. [invalid-input]`;
      expect(refusal({ type: "set", value })).toBe(`command.value ${message}`);
      expect(() => set(value as number)).toThrow(`set.value ${message}`);
    },
  );

  test("turns -0 into 0, as JSON would", () => {
    expect(parseInput(Command, { type: "set", value: -0 }, "command")).toEqual({ type: "set", value: 0 });
    expect(set(-0)).toEqual({ type: "set", value: 0 });
    expect(
      Object.is(
        (parseInput(Command, { type: "increment", amount: -0 }, "command") as { amount: number }).amount,
        0,
      ),
    ).toBe(true);
  });

  test.each([
    [null, 'command is null; pass a command whose "type" is "increment", "decrement", "get" or "set"'],
    [
      {},
      'command.type is undefined; pass a command whose "type" is "increment", "decrement", "get" or "set"',
    ],
    [
      { type: "add" },
      'command.type is "add"; pass a command whose "type" is "increment", "decrement", "get" or "set"',
    ],
    [{ type: "get", amount: 1 }, 'command has the unknown key "amount"; pass only "type"'],
    [
      JSON.parse('{"type":"get","__proto__":{"x":1}}'),
      'command has the unknown key "__proto__"; pass only "type"',
    ],
    [
      JSON.parse('{"type":"get","constructor":1}'),
      'command has the unknown key "constructor"; pass only "type"',
    ],
    [
      { type: "set", value: 1, amount: 1 },
      'command has the unknown key "amount"; pass only "type" and "value"',
    ],
  ])("refuses %j", (input, message) => {
    expect(refusal(input)).toBe(`${message}. [invalid-input]`);
  });

  test("reports values that cannot be written as JSON", () => {
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    expect(refusal(circle)).toContain("command.type is undefined");
    expect(refusal({ type: circle })).toContain("command.type is [object Object]");
    expect(refusal({ type: { toJSON: () => undefined } })).toContain("command.type is [object Object]");
    expect(refusal({ type: "x".repeat(500) })).toMatch(/"x{59}…; pass/u);
  });

  test("changes no prototype, for random input", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, key: keys() }), (input) => {
        const result = Command.safeParse(input);
        if (!result.success) {
          expect(refusal(input)).toMatch(
            /^command.* (is|has the unknown key) .*; (pass|let) .*\[invalid-input\]$/su,
          );
        }
        expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
      }),
    );
  });
});

function keys() {
  return fc.oneof(
    fc.constantFrom("type", "amount", "__proto__", "constructor", "prototype", "toString", "polluted"),
    fc.string(),
  );
}
