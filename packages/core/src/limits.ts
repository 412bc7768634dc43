import * as z from "zod/mini";
import { withRemedy } from "./parse.ts";
import { strictObject } from "./strict-object.ts";

/** What to pass as a counter's value. */
export const VALUE_REMEDY = withRemedy("pass a whole number within ±9007199254740991");

/** Schema of a counter's value: a safe integer, ±(2^53 − 1). */
export const CounterValue = z
  .custom<number>(Number.isSafeInteger, VALUE_REMEDY)
  .check(z.overwrite((value) => value + 0));

/** Schema of {@link Limits.onLimit}. */
export const OnLimit = z.custom<"reject" | "clamp">(
  (value) => value === "reject" || value === "clamp",
  withRemedy('pass "reject" or "clamp"'),
);

/** Schema of {@link Limits}. */
export const Limits = strictObject<Limits>(
  {},
  { min: CounterValue, max: CounterValue, onLimit: OnLimit },
).check(
  z.refine(
    ({ min, max }) => min === undefined || max === undefined || min <= max,
    withRemedy("let min be at most max"),
  ),
);

/**
 * How far a value may go. Limits can change during the life of a counter: a value that stands outside them may move back
 * towards them, but no further away.
 */
export interface Limits {
  /** The least value, a safe integer. By default there is none. */
  readonly min?: number | undefined;
  /** The greatest value, a safe integer and at least `min`. By default there is none. */
  readonly max?: number | undefined;
  /**
   * What happens to a command that would pass a limit. `"reject"`, the default, refuses it and its whole batch with
   * `limit-exceeded`. `"clamp"` stops at the limit.
   */
  readonly onLimit?: "reject" | "clamp" | undefined;
}

/** Part of the schema of everything that has `limits` and `initial`: a counter starts at a value that it may have. */
export const startsWithinLimits = z.refine<CounterOptions>(
  ({ limits: { min = -Infinity, max = Infinity } = {}, initial }) =>
    initial === undefined || (min <= initial && initial <= max),
  withRemedy('let "initial" lie within "limits"'),
);

/** Schema of {@link CounterOptions}. */
export const CounterOptions = strictObject<CounterOptions>(
  {},
  { limits: Limits, initial: CounterValue },
).check(startsWithinLimits);

/** The options that every state backend takes. */
export interface CounterOptions {
  /** How far the value may go. By default it may go anywhere within ±(2^53 − 1). */
  readonly limits?: Limits | undefined;
  /** The value of a counter that was never written: a safe integer within `limits`, by default 0. */
  readonly initial?: number | undefined;
}
