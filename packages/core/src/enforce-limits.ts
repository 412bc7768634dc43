import type { Command } from "./command.ts";
import { limitExceeded } from "./limit-exceeded.ts";
import type { Limits } from "./limits.ts";

/**
 * The value after a command, within the limits and within ±(2^53 − 1).
 *
 * @throws CounterError `limit-exceeded`, with the `value` before and the `limit` as details
 */
export function valueWithinLimits(
  value: number,
  command: Command,
  limits: Limits,
  counterId: string | undefined,
): number {
  if (command.type === "set") return valueToSet(value, command, limits, counterId);
  if (command.type === "get" || command.amount === 0) return value;
  const up = command.type === "increment";
  const target = up ? value + command.amount : value - command.amount;
  // Limits may have changed since: a value outside them may move back, but no further away.
  const limit = up ? limits.max : limits.min;
  const passes = (bound: number) => (up ? target > bound : target < bound);
  if (limit !== undefined && passes(limit)) {
    if (limits.onLimit !== "clamp") throw limitExceeded(value, command, limit, counterId);
    return up ? Math.max(value, limit) : Math.min(value, limit);
  }
  const edge = up ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
  if (passes(edge)) throw limitExceeded(value, command, edge, counterId);
  return target;
}

/** A value to set must itself lie within the limits: it does not come from the value before, so it cannot move back towards them. */
function valueToSet(
  value: number,
  command: Extract<Command, { type: "set" }>,
  { min = -Infinity, max = Infinity, onLimit }: Limits,
  counterId: string | undefined,
): number {
  const nearest = Math.min(Math.max(command.value, min), max);
  if (nearest === command.value || onLimit === "clamp") return nearest;
  throw limitExceeded(value, command, nearest, counterId);
}
