import type { Command, Limits } from "@durable-counter/core";

/**
 * What a batch does as a whole, so that one conditional write can do it: it adds `delta` to the value, or it gives the counter
 * the value `end`. No command of it passes a limit exactly when the value before lies within `lowest` … `highest`. Where
 * `lowest > highest`, no value fits. Bigints, since a sum of safe integers need not be one.
 */
export type NetEffect = ({ readonly kind: "add"; readonly delta: bigint } | SetEffect) & {
  readonly lowest: bigint;
  readonly highest: bigint;
};

interface SetEffect {
  readonly kind: "set";
  /** The value after the batch, whatever the value before: of its last `set`, and what the commands after that make of it. */
  readonly end: bigint;
}

const EDGE = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Folds a batch into its {@link NetEffect}. The sum of the first k commands moves the value to `before + sum`: for an
 * increment that must not exceed the maximum, for a decrement not fall below the minimum. A value that stands outside
 * may come back, so an increment does not look at the minimum, nor a decrement at the maximum.
 *
 * From a `set` on, the values do not depend on the value before: either every value before fits, or none.
 */
export function netEffect(commands: readonly Command[], limits: Limits = {}): NetEffect {
  const min = BigInt(limits.min ?? Number.MIN_SAFE_INTEGER);
  const max = BigInt(limits.max ?? Number.MAX_SAFE_INTEGER);
  let isSet = false;
  /** The value so far: in full after a `set`, else what was added to the value before. */
  let sum = 0n;
  let lowest = -EDGE;
  let highest = EDGE;
  const letNoneFit = () => ([lowest, highest] = [EDGE, -EDGE]);
  const staysBelow = (bound: bigint) => {
    if (!isSet && bound - sum < highest) highest = bound - sum;
    if (isSet && sum > bound) letNoneFit();
  };
  const staysAbove = (bound: bigint) => {
    if (!isSet && bound - sum > lowest) lowest = bound - sum;
    if (isSet && sum < bound) letNoneFit();
  };
  for (const command of commands) {
    if (command.type === "set") {
      isSet = true;
      sum = BigInt(command.value);
      staysBelow(max);
      staysAbove(min);
    } else if (command.type !== "get" && command.amount !== 0) {
      if (command.type === "increment") {
        sum += BigInt(command.amount);
        staysBelow(max);
      } else {
        sum -= BigInt(command.amount);
        staysAbove(min);
      }
    }
  }
  const range = { lowest, highest };
  return isSet ? { kind: "set", end: sum, ...range } : { kind: "add", delta: sum, ...range };
}
