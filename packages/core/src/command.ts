import * as z from "zod/mini";
import { CounterValue, VALUE_REMEDY } from "./limits.ts";
import { parseInput, withRemedy } from "./parse.ts";
import { listed } from "./strict-object.ts";

const AMOUNT = withRemedy("pass a whole number from 0 to 9007199254740991");
const TYPE = withRemedy('pass a command whose "type" is "increment", "decrement", "get" or "set"');
const MAX_COMMANDS = 1_000;

const isAmount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isValue = (value: unknown): value is number => Number.isSafeInteger(value);
/** Schema of an amount: a safe integer ≥ 0. */
export const Amount = z.custom<number>(isAmount, AMOUNT).check(z.overwrite(withoutMinus));

/** Schema of {@link Command}. Strict: an unknown key is an error. */
export const Command = z.custom<Command>().check((payload) => {
  payload.value = readCommand(payload.value, [], payload.issues);
});

/** Schema of a batch: 1–1,000 commands. The length is checked first, so that an array of millions is refused at once. */
export const Commands = z
  .custom<readonly Command[]>(
    (value) => Array.isArray(value) && value.length >= 1 && value.length <= MAX_COMMANDS,
    withRemedy(`pass an array of 1 to ${MAX_COMMANDS} commands`),
  )
  .check((payload) => {
    payload.value = Array.from(payload.value, (command, index) =>
      readCommand(command, [index], payload.issues),
    );
  });

/**
 * Checks a command by hand: zod's unions and arrays would be a tenth of what these packages add to a bundle.
 *
 * @param path where the command is in the input
 * @param issues gets what is wrong with the command
 * @returns the command; if something is wrong with it, the input
 */
function readCommand(input: unknown, path: readonly PropertyKey[], issues: z.core.$ZodRawIssue[]): Command {
  const invalid = (message: string, ...key: readonly string[]) => {
    issues.push({ code: "custom", input, path: [...path, ...key], message });
    return input as Command; // a parse with issues has no result
  };
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return invalid(TYPE.error({ input }));
  }
  const { type, amount, value }: { readonly [key in "type" | "amount" | "value"]?: unknown } = input;
  if (type !== "get" && type !== "increment" && type !== "decrement" && type !== "set") {
    return invalid(TYPE.error({ input: type }), "type");
  }
  const known = type === "get" ? ["type"] : ["type", type === "set" ? "value" : "amount"];
  const keys = Object.keys(input).filter((key) => !known.includes(key));
  if (keys.length > 0) {
    const remedy = withRemedy(`pass only ${listed(known)}`);
    invalid(remedy.error({ code: "unrecognized_keys", keys }));
  }
  if (type === "get") return { type };
  if (type === "set") {
    if (!isValue(value)) return invalid(VALUE_REMEDY.error({ input: value }), "value");
    return { type, value: withoutMinus(value) };
  }
  if (!isAmount(amount)) return invalid(AMOUNT.error({ input: amount }), "amount");
  return { type, amount: withoutMinus(amount) };
}

/** −0 becomes 0, as it would in JSON. */
function withoutMinus(value: number): number {
  return value + 0;
}

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
  return { type: "increment", amount: parseInput(Amount, amount, "increment.amount") };
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
  return { type: "decrement", amount: parseInput(Amount, amount, "decrement.amount") };
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
  return { type: "set", value: parseInput(CounterValue, value, "set.value") };
}
