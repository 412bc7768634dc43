import type { Command } from "./command.ts";
import { CounterError } from "./counter-error.ts";
import type { Limits } from "./limits.ts";

export interface CommandResult {
  readonly type: Command["type"];
  readonly before: number;
  readonly after: number;
}

export interface BatchResult {
  /** The value after the last command. */
  readonly value: number;
  /** One result per command, in order. */
  readonly results: readonly CommandResult[];
}

/**
 * Applies one command to a value. Pure.
 *
 * @param counterId names the counter in errors
 * @throws CounterError `limit-exceeded`
 */
export function applyCommand(
  value: number,
  command: Command,
  limits: Limits = {},
  counterId?: string,
): CommandResult {
  return { type: command.type, before: value, after: move(value, command, limits, counterId) };
}

/**
 * Applies commands in order, all or nothing. Pure.
 *
 * @param counterId names the counter in errors
 * @throws CounterError `limit-exceeded`, telling which command was refused; nothing of the batch counts then
 */
export function applyBatch(
  value: number,
  commands: readonly Command[],
  limits: Limits = {},
  counterId?: string,
): BatchResult {
  const results: CommandResult[] = [];
  let current = value;
  for (const [index, command] of commands.entries()) {
    try {
      const result = applyCommand(current, command, limits, counterId);
      results.push(result);
      current = result.after;
    } catch (error) {
      throw commands.length === 1 ? error : ofBatch(error as CounterError, index, commands.length);
    }
  }
  return { value: current, results };
}

function move(value: number, command: Command, limits: Limits, counterId: string | undefined): number {
  if (command.type === "get" || command.amount === 0) return value;
  const up = command.type === "increment";
  const target = up ? value + command.amount : value - command.amount;
  // A value may stand outside limits that came later: it may come back, but go no further away.
  const limit = up ? limits.max : limits.min;
  const past = (bound: number) => (up ? target > bound : target < bound);
  if (limit !== undefined && past(limit)) {
    if (limits.onLimit !== "clamp") throw limitExceeded(value, command, limit, counterId);
    return up ? Math.max(value, limit) : Math.min(value, limit);
  }
  const edge = up ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
  if (past(edge)) throw limitExceeded(value, command, edge, counterId);
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
  // Beyond the safe integers a number would print rounded; as bigint it does not.
  const target = up ? BigInt(value) + BigInt(command.amount) : BigInt(value) - BigInt(command.amount);
  return new CounterError(
    "limit-exceeded",
    `${counter} is at ${value} and would ${up ? "rise" : "fall"} to ${target}; its ${up ? "maximum" : "minimum"} is ${limit}.`,
    { details: { value, limit } },
  );
}

function ofBatch(error: CounterError, index: number, length: number): CounterError {
  return new CounterError(
    error.code,
    `Command ${index + 1} of ${length} was refused, and with it the whole batch. ${error.message}`,
    { cause: error, details: { ...error.details, index } },
  );
}
