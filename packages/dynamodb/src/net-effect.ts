import type { Command, Limits } from "@durable-counter/core";

/**
 * What a batch does as a whole, so that one conditional write can do it: it adds `delta`, and no command of it passes
 * a limit exactly when the value before lies within `lowest` … `highest`. Where `lowest > highest`, no value fits.
 * Bigints, since a sum of safe integers need not be one.
 */
export interface NetEffect {
  readonly delta: bigint;
  readonly lowest: bigint;
  readonly highest: bigint;
}

const EDGE = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Folds a batch into its {@link NetEffect}. The sum of the first k commands moves the value to `before + sum`: for an
 * increment that must not exceed the maximum, for a decrement not fall below the minimum. A value that stands outside
 * may come back, so an increment does not look at the minimum, nor a decrement at the maximum.
 */
export function netEffect(commands: readonly Command[], limits: Limits = {}): NetEffect {
  const min = BigInt(limits.min ?? Number.MIN_SAFE_INTEGER);
  const max = BigInt(limits.max ?? Number.MAX_SAFE_INTEGER);
  let delta = 0n;
  let lowest = -EDGE;
  let highest = EDGE;
  for (const command of commands) {
    if (command.type === "get" || command.amount === 0) continue;
    if (command.type === "increment") {
      delta += BigInt(command.amount);
      if (max - delta < highest) highest = max - delta;
    } else {
      delta -= BigInt(command.amount);
      if (min - delta > lowest) lowest = min - delta;
    }
  }
  return { delta, lowest, highest };
}
