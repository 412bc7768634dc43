import type { Command } from "./command.ts";
import { CounterError } from "./counter-error.ts";
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

function limitExceeded(
  value: number,
  command: Exclude<Command, { type: "get" }>,
  limit: number,
  counterId: string | undefined,
): CounterError {
  const up = command.type === "increment";
  const counter = counterId === undefined ? "The counter" : `Counter ${JSON.stringify(counterId)}`;
  // A number beyond the safe integers would print rounded; a bigint does not.
  const target = up ? BigInt(value) + BigInt(command.amount) : BigInt(value) - BigInt(command.amount);
  return new CounterError(
    "limit-exceeded",
    `${counter} is at ${value} and would ${up ? "rise" : "fall"} to ${target}; its ${up ? "maximum" : "minimum"} is ${limit}.`,
    { details: { value, limit } },
  );
}
