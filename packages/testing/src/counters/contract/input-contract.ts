import { increment, type ApplyRequest } from "@durable-counter/core";
import { codeOf, entriesOf, type Contract } from "./contract.ts";

const good = { id: "a", commands: [increment(1)] };
const oneOf = (command: unknown) => ({ ...good, commands: [command] });
const amountOf = (amount: unknown) => oneOf({ type: "increment", amount });
const TOO_LONG = "x".repeat(257);

/** What is wrong, the request, and the path and the value that the message must contain. */
const BAD_REQUESTS: readonly (readonly [what: string, request: unknown, path: string, value: string])[] = [
  ["an empty batch", { ...good, commands: [] }, "commands", "[]"],
  ["a batch of 1,001 commands", { ...good, commands: Array(1_001).fill(increment(1)) }, "commands", "1001"],
  ["a string instead of commands", { ...good, commands: "increment" }, "commands", '"increment"'],
  ["an unknown command", oneOf({ type: "reset" }), "commands[0]", '"reset"'],
  ["a command with an unknown key", oneOf({ type: "get", by: 2 }), "commands[0]", '"by"'],
  ["a bad command after good ones", { ...good, commands: [increment(1), null] }, "commands[1]", "null"],
  ["an amount that is missing", oneOf({ type: "increment" }), "commands[0].amount", "undefined"],
  ["an amount that is a string", amountOf("1"), "commands[0].amount", '"1"'],
  ["an amount with a fraction", amountOf(1.5), "commands[0].amount", "1.5"],
  ["a negative amount", amountOf(-1), "commands[0].amount", "-1"],
  ["an amount of 1e309", amountOf(Number("1e309")), "commands[0].amount", "Infinity"],
  ["an amount of NaN", amountOf(NaN), "commands[0].amount", "NaN"],
  ["an amount of 2^53", amountOf(2 ** 53), "commands[0].amount", "9007199254740992"],
  ["an amount that is a bigint", amountOf(1n), "commands[0].amount", "1n"],
  ["a value to set that is missing", oneOf({ type: "set" }), "commands[0].value", "undefined"],
  ["a value to set with a fraction", oneOf({ type: "set", value: 0.5 }), "commands[0].value", "0.5"],
  [
    "a value of -2^53 to set",
    oneOf({ type: "set", value: -(2 ** 53) }),
    "commands[0].value",
    "-9007199254740992",
  ],
  ["a value to set with an amount", oneOf({ type: "set", value: 1, amount: 1 }), "commands[0]", '"amount"'],
  ["an id that is missing", { commands: good.commands }, "id", "undefined"],
  ["an empty id", { ...good, id: "" }, "id", '""'],
  ["an id of 257 characters", { ...good, id: TOO_LONG }, "id", '"xxx'],
  ["an id with a control character", { ...good, id: "a\nb" }, "id", '"a\\nb"'],
  ["an id that is a number", { ...good, id: 7 }, "id", "7"],
  ["an empty idempotencyKey", { ...good, idempotencyKey: "" }, "idempotencyKey", '""'],
  ["an idempotency key of 257 characters", { ...good, idempotencyKey: TOO_LONG }, "idempotencyKey", '"xxx'],
  [
    "an idempotency key with a control character",
    { ...good, idempotencyKey: "a\u0000" },
    "idempotencyKey",
    '"a\\u0000"',
  ],
  ["an idempotency key that is null", { ...good, idempotencyKey: null }, "idempotencyKey", "null"],
  ["a caller without an idempotency key", { ...good, callerId: "c" }, "request", '"callerId"'],
  ["an empty caller", { ...good, idempotencyKey: "t", callerId: "" }, "callerId", '""'],
  ["an unknown key", { ...good, tokn: "t" }, "request", '"tokn"'],
  [
    "limits that contradict each other",
    { ...good, limits: { min: 2, max: 1 } },
    "limits",
    '{"min":2,"max":1}',
  ],
  ["a limit with a fraction", { ...good, limits: { min: 0.5 } }, "limits.min", "0.5"],
  ["an unknown way to limit", { ...good, limits: { onLimit: "wrap" } }, "limits.onLimit", '"wrap"'],
  ["an initial value with a fraction", { ...good, initial: 0.5 }, "initial", "0.5"],
  [
    "an initial value beyond the safe integers",
    { ...good, initial: -(2 ** 53) },
    "initial",
    "-9007199254740992",
  ],
  ["a request that is null", null, "request", "null"],
];

/** Rules for invalid input: it is refused with a message that names it, and nothing is written. */
export function inputContract({ test, expect, createStore }: Contract): void {
  for (const [what, request, path, value] of BAD_REQUESTS) {
    test(`${what} is refused with its path and value, and nothing is written`, async () => {
      const store = await createStore();
      // A caller who does not use types may send anything.
      expect(await codeOf(store.apply(request as ApplyRequest), path, value)).toEqual("invalid-input");
      expect(await entriesOf(store)).toEqual([]);
    });
  }

  for (const [what, id, value] of [
    ["an empty id", "", '""'],
    ["an id of 257 characters", TOO_LONG, '"xxx'],
    ["an id with a control character", "a\u007f", "a"],
  ] as const) {
    test(`${what} is refused by get and delete, with its value`, async () => {
      const store = await createStore();
      for (const attempt of [store.get(id), store.delete(id)]) {
        expect(await codeOf(attempt, "id", value)).toEqual("invalid-input");
      }
    });
  }
}
