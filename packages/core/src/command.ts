import * as z from "zod/mini";
import { withRemedy, parseInput } from "./parse.ts";

const Amount = z
  .custom<number>((value) => Number.isSafeInteger(value) && value >= 0, {
    ...withRemedy("pass a whole number from 0 to 9007199254740991"),
  })
  .check(z.overwrite((value) => value + 0)); // −0 becomes 0, as it would in JSON

/** What a counter is asked to do. Strict: an unknown key is an error. Amounts are safe integers from 0. */
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
export type Command = Readonly<z.infer<typeof Command>>;

/** @throws CounterError `invalid-input` */
export function increment(amount = 1): Command {
  return { type: "increment", amount: parseInput(Amount, amount, "increment.amount") };
}

/** @throws CounterError `invalid-input` */
export function decrement(amount = 1): Command {
  return { type: "decrement", amount: parseInput(Amount, amount, "decrement.amount") };
}

export function get(): Command {
  return { type: "get" };
}
