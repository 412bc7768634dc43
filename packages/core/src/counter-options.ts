import * as z from "zod/mini";
import { CounterValue, Limits } from "./limits.ts";
import { withRemedy } from "./parse.ts";

/** Where a counter starts is a value it may have. */
export const startsWithinLimits = z.refine<{ limits?: Limits | undefined; initial?: number | undefined }>(
  ({ limits, initial }) => initial === undefined || isWithin(initial, limits),
  withRemedy('let "initial" lie within "limits"'),
);

/** What every home of a counter can be told: its limits, and the value it starts at, by default 0. */
export const CounterOptions = z
  .strictObject(
    { limits: z.optional(Limits), initial: z.optional(CounterValue) },
    withRemedy('pass only "limits" and "initial"'),
  )
  .check(startsWithinLimits);
export type CounterOptions = Readonly<z.infer<typeof CounterOptions>>;

function isWithin(value: number, { min = value, max = value }: Limits = {}): boolean {
  return min <= value && value <= max;
}
