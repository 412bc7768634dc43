import type { Command } from "./command.ts";
import { CounterError } from "./counter-error.ts";
import { valueWithinLimits } from "./enforce-limits.ts";
import type { Limits } from "./limits.ts";
import type { WindowResult } from "./window.ts";

/** What one command did. */
export interface CommandResult {
  readonly type: Command["type"];
  /** The value before the command. */
  readonly before: number;
  /** The value after the command. */
  readonly after: number;
}

/** What a batch of commands did. */
export interface BatchResult extends WindowResult {
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
 * @example
 * ```ts
 * applyCommand(3, increment(5)); // { type: "increment", before: 3, after: 8 }
 * ```
 */
export function applyCommand(
  value: number,
  command: Command,
  limits: Limits = {},
  counterId?: string,
): CommandResult {
  return { type: command.type, before: value, after: valueWithinLimits(value, command, limits, counterId) };
}

/**
 * Applies commands in order, all or nothing. Pure.
 *
 * @param counterId names the counter in errors
 * @throws CounterError `limit-exceeded`; in a batch of several commands `details.index` is that of the refused one
 * @example
 * ```ts
 * applyBatch(3, [increment(5), decrement(2)], { max: 10 }).value; // 6
 * ```
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
      // applyCommand throws nothing else.
      throw commands.length === 1 ? error : batchRefused(error as CounterError, index, commands.length);
    }
  }
  return { value: current, results };
}

function batchRefused(error: CounterError, index: number, length: number): CounterError {
  return new CounterError(
    error.code,
    `Command ${index + 1} of ${length} was refused, and with it the whole batch. ${error.message}`,
    { cause: error, details: { ...error.details, index } },
  );
}
