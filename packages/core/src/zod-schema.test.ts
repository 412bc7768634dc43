import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import * as core from "./index.ts";
import { isValid, type Parser } from "./parser.ts";

const { parseInput } = core;
const pairs: readonly (readonly [string, z.ZodMiniType, Parser<unknown>])[] = [
  ["ApplyAllRequest", core.ApplyAllRequest, core.applyAllRequestParser],
  ["ApplyRequest", core.ApplyRequest, core.applyRequestParser],
  ["Command", core.Command, core.commandParser],
  ["Commands", core.Commands, core.commandsParser],
  ["CommitRequest", core.CommitRequest, core.commitRequestParser],
  ["CounterId", core.CounterId, core.counterIdParser],
  ["CounterIds", core.CounterIds, core.counterIdsParser],
  ["CounterOptions", core.CounterOptions, core.counterOptionsParser],
  ["CounterRequest", core.CounterRequest, core.counterRequestParser],
  ["CounterValue", core.CounterValue, core.counterValueParser],
  ["CounterWindow", core.CounterWindow, core.counterWindowParser],
  ["HoldRequest", core.HoldRequest, core.holdRequestParser],
  ["IdempotencyKey", core.IdempotencyKey, core.idempotencyKeyParser],
  ["IssuedAt", core.IssuedAt, core.issuedAtParser],
  ["Limits", core.Limits, core.limitsParser],
  ["ReleaseRequest", core.ReleaseRequest, core.releaseRequestParser],
];

const id = fc.constantFrom("cart-7", "", 5);
const amount = fc.constantFrom(1, "1", -1);
const value = fc.constantFrom(0, 5, 0.5);
const command = fc.constantFrom({ type: "get" }, { type: "increment", amount: 1 }, { type: "add" }, "get");
const limits = fc.record(
  { min: value, max: value, onLimit: fc.constantFrom("clamp", 1) },
  { requiredKeys: [] },
);
const parts = {
  id,
  counterId: id,
  holdId: id,
  idempotencyKey: id,
  issuedAt: fc.constantFrom(1_700_000_000_000, "1700000000000", "soon"),
  amount,
  expiresIn: amount,
  commands: fc.array(command, { maxLength: 3 }),
  entries: fc.array(fc.record({ id, commands: fc.array(command, { minLength: 1 }) }), { maxLength: 2 }),
  limits,
  initial: value,
  unknown: value,
};
const input = fc.oneof(
  ...Object.values(parts),
  fc.record(parts, { requiredKeys: ["id", "counterId", "holdId", "commands", "amount", "expiresIn"] }),
  fc.subarray(Object.keys(parts)).chain((keys) => {
    const chosen = Object.entries(parts).filter(([key]) => keys.includes(key));
    return fc.record(Object.fromEntries(chosen));
  }),
  fc.constant({ name: "day UTC", at: () => ({ startsAt: 0, endsAt: 1 }) }),
  fc.anything(),
);

const outcome = (schema: z.ZodMiniType | Parser<unknown>, input: unknown): unknown => {
  try {
    return parseInput(schema, input, "input");
  } catch (error) {
    return (error as Error).message;
  }
};

describe("a zod schema of core", () => {
  test.each(pairs)("%s accepts and refuses what its parser does, in the same words", (_, schema, parse) => {
    fc.assert(
      fc.property(input, (input) => {
        expect(outcome(schema, input)).toEqual(outcome(parse, input));
      }),
    );
  });

  test("is one for every parser that core exports", () => {
    const parsers = Object.keys(core).filter((name) => /^(?!array).+Parser$/u.test(name));
    expect(pairs.map(([name]) => `${name[0]?.toLowerCase()}${name.slice(1)}Parser`)).toEqual(
      parsers.toSorted(),
    );
  });

  test("can be a part of another schema, which names the path", () => {
    const Order = z.object({ orderId: z.string(), stock: core.Command });
    const order = { orderId: "o-1", stock: { type: "decrement", amount: 2 } };
    expect(Order.parse(order)).toEqual(order);
    const refused = { orderId: "o-1", stock: { type: "decrement", amount: "2" } };
    expect(outcome(Order, refused)).toMatch(/^input\.stock\.amount is "2"; pass a whole number/u);
  });
});

describe("a parser", () => {
  test("says whether an input is valid", () => {
    expect([isValid(core.counterIdParser, "cart-7"), isValid(core.counterIdParser, "")]).toEqual([
      true,
      false,
    ]);
  });
});
