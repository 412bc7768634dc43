import * as z from "zod/mini";
import { withRemedy } from "./parse.ts";

/** A counter's value: a safe integer, ±(2^53 − 1). */
export const CounterValue = z
  .custom<number>(Number.isSafeInteger, withRemedy("pass a whole number within ±9007199254740991"))
  .check(z.overwrite((value) => value + 0));

/**
 * How far a value may go. `reject`, the default, refuses the command that would pass a limit, and its whole batch;
 * `clamp` stops at the limit. A value that already stands outside, since limits can change, may move back towards
 * them but no further away.
 */
export const Limits = z
  .strictObject(
    {
      min: z.optional(CounterValue),
      max: z.optional(CounterValue),
      onLimit: z.optional(z.literal(["reject", "clamp"], withRemedy('pass "reject" or "clamp"'))),
    },
    withRemedy('pass only "min", "max" and "onLimit"'),
  )
  .check(
    z.refine(
      ({ min, max }) => min === undefined || max === undefined || min <= max,
      withRemedy("let min be at most max"),
    ),
  );
export type Limits = Readonly<z.infer<typeof Limits>>;
