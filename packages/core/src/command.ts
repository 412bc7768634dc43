import * as z from "zod/mini";
import { parseInput, withRemedy } from "./parse.ts";

const Amount = z
  .custom<number>((value) => Number.isSafeInteger(value) && value >= 0, {
    ...withRemedy("pass a whole number from 0 to 9007199254740991"),
  })
  .check(z.overwrite((value) => value + 0)); // −0 becomes 0, as it would in JSON

/** Schema of {@link Command}. Strict: an unknown key is an error. */
export const Command = z.discriminatedUnion(
  "type",
  [
    z.strictObject(
      { type: z.literal("increment"), amount: Amount },
      withRemedy('pass only "type" and "amount"'),
    ),
    z.strictObject(
      { type: z.literal("decrement"), amount: Amount },
      withRemedy('pass only "type" and "amount"'),
    ),
    z.strictObject({ type: z.literal("get") }, withRemedy('pass only "type"')),
  ],
  withRemedy('pass a command whose "type" is "increment", "decrement" or "get"'),
);

/** One operation on a counter. Amounts are safe integers ≥ 0. */
export type Command =
  | { readonly type: "increment"; readonly amount: number }
  | { readonly type: "decrement"; readonly amount: number }
  | { readonly type: "get" };

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
