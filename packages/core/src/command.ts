import { counterValueParser, withoutMinus } from "./limits.ts";
import { inputIssue, parser, strictObject, type Parser } from "./parser.ts";
import { parseInput } from "./parse-input.ts";
import { zodSchema } from "./zod-schema.ts";
import { isObject } from "./is-object.ts";

const TYPE_REMEDY = 'pass a command whose "type" is "increment", "decrement", "get" or "set"';

/** Parser of an amount: a safe integer ≥ 0. */
export const amountParser = parser<number>(
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  "pass a whole number from 0 to 9007199254740991",
  withoutMinus,
);

type CommandOf<Type extends Command["type"]> = Extract<Command, { readonly type: Type }>;

/** The type of a command is known when its parser is chosen: it is not read again, because a getter may give another one. */
const known =
  <Type extends Command["type"]>(type: Type): Parser<Type> =>
  () =>
    type;
const COMMANDS: { readonly [Type in Command["type"]]: Parser<CommandOf<Type>> } = {
  increment: strictObject<CommandOf<"increment">>({ type: known("increment"), amount: amountParser }, {}),
  decrement: strictObject<CommandOf<"decrement">>({ type: known("decrement"), amount: amountParser }, {}),
  get: strictObject<CommandOf<"get">>({ type: known("get") }, {}),
  set: strictObject<CommandOf<"set">>({ type: known("set"), value: counterValueParser }, {}),
};

/** Parser of {@link Command}. Strict: an unknown key is an error. */
export const commandParser: Parser<Command> = (input, issues) => {
  const isCommand = isObject(input) && !Array.isArray(input);
  const type: unknown = isCommand ? Reflect.get(input, "type") : undefined;
  if (typeof type === "string" && Object.hasOwn(COMMANDS, type)) {
    return COMMANDS[type as Command["type"]](input, issues);
  }
  issues.push(isCommand ? inputIssue(type, TYPE_REMEDY, ["type"]) : inputIssue(input, TYPE_REMEDY));
  return get(); // of no use, beside an issue
};

/** zod schema of {@link Command}. Strict: an unknown key is an error. */
export const Command = /* @__PURE__ */ zodSchema(commandParser);

/** One operation on a counter. Amounts are safe integers ≥ 0, and the value of `set` is a safe integer. */
export type Command =
  | { readonly type: "increment"; readonly amount: number }
  | { readonly type: "decrement"; readonly amount: number }
  | { readonly type: "get" }
  | { readonly type: "set"; readonly value: number };

/**
 * Builds the command that adds to a counter.
 *
 * @param amount a safe integer ≥ 0, by default 1
 * @throws CounterError `invalid-input`
 * @example
 * ```ts
 * await counter.batch([increment(5), decrement(), get()]);
 * ```
 */
export function increment(amount = 1): Command {
  return { type: "increment", amount: parseInput(amountParser, amount, "increment.amount") };
}

/**
 * Builds the command that subtracts from a counter.
 *
 * @param amount a safe integer ≥ 0, by default 1
 * @throws CounterError `invalid-input`
 * @example
 * ```ts
 * await store.apply({ id: "stock-42", commands: [decrement(2)], limits: { min: 0 } });
 * ```
 */
export function decrement(amount = 1): Command {
  return { type: "decrement", amount: parseInput(amountParser, amount, "decrement.amount") };
}

/**
 * Builds the command that reads a counter, at its position in a batch.
 *
 * @example
 * ```ts
 * const { results } = await counter.batch([get(), increment()]);
 * ```
 */
export function get(): Command {
  return { type: "get" };
}

/**
 * Builds the command that gives a counter a value, whatever it was before: for corrections and imports. Its result has the value
 * before.
 *
 * @param value a safe integer. If it lies outside the counter's limits, the command is refused, or stops at the nearest limit,
 *   as `onLimit` says.
 * @throws CounterError `invalid-input`
 * @example
 * ```ts
 * const { results } = await counter.batch([set(42)]);
 * const corrected = 42 - results[0].before;
 * ```
 */
export function set(value: number): Command {
  return { type: "set", value: parseInput(counterValueParser, value, "set.value") };
}
