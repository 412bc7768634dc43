import { parser, rule, strictObject } from "./parser.ts";
import { zodSchema } from "./zod-schema.ts";

/** Parser of a counter's value: a safe integer, ±(2^53 − 1). */
export const counterValueParser = parser<number>(
  Number.isSafeInteger,
  "pass a whole number within ±9007199254740991",
  withoutMinus,
);

/** −0 becomes 0, as it would in JSON. */
export function withoutMinus(value: number): number {
  return value + 0;
}

/** Parser of {@link Limits.onLimit}. */
export const onLimitParser = parser<"reject" | "clamp">(
  (value) => value === "reject" || value === "clamp",
  'pass "reject" or "clamp"',
);

/** Parser of {@link Limits}. */
export const limitsParser = strictObject<Limits>(
  {},
  { min: counterValueParser, max: counterValueParser, onLimit: onLimitParser },
  [rule(({ min, max }) => min === undefined || max === undefined || min <= max, "let min be at most max")],
);

/** zod schema of a counter's value: a safe integer, ±(2^53 − 1). */
export const CounterValue = /* @__PURE__ */ zodSchema(counterValueParser);

/** zod schema of {@link Limits}. */
export const Limits = /* @__PURE__ */ zodSchema(limitsParser);

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

/** The rule of everything that has `limits` and `initial`: a counter starts at a value that it may have. */
export const startsWithinLimits = rule<CounterOptions>(
  ({ limits: { min = -Infinity, max = Infinity } = {}, initial }) =>
    initial === undefined || (min <= initial && initial <= max),
  'let "initial" lie within "limits"',
);

/** Parser of {@link CounterOptions}. */
export const counterOptionsParser = /* @__PURE__ */ strictObject<CounterOptions>(
  {},
  { limits: limitsParser, initial: counterValueParser },
  [startsWithinLimits],
);

/** zod schema of {@link CounterOptions}. */
export const CounterOptions = /* @__PURE__ */ zodSchema(counterOptionsParser);

/** The options that every state backend takes. */
export interface CounterOptions {
  /** How far the value may go. By default it may go anywhere within ±(2^53 − 1). */
  readonly limits?: Limits | undefined;
  /** The value of a counter that was never written: a safe integer within `limits`, by default 0. */
  readonly initial?: number | undefined;
}
