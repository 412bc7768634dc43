import {
  applyBatch,
  isCounterError,
  type Command,
  type CommandResult,
  type CounterOptions,
} from "@durable-counter/core";
import { restoreCounterError } from "@durable-counter/durable";
import type { Simulation } from "@durable-counter/testing";
import { expect } from "vitest";

/** How an execution ends, and what it leaves. */
export interface Outcome {
  /** Of every command, where none is refused. */
  readonly results?: readonly CommandResult[];
  /** Of the error it fails with, else. */
  readonly code?: string;
  /** The value that stays. */
  readonly left: number;
}

/** What an event comes to by the rules of the domain alone, with a step per command or per batch. */
export function outcomeOf(
  commands: readonly Command[],
  { limits, initial = 0, steps }: CounterOptions & { readonly steps: "command" | "batch" },
): Outcome {
  const results: CommandResult[] = [];
  let left = initial;
  for (const part of steps === "batch" ? [commands] : commands.map((command) => [command])) {
    try {
      const applied = applyBatch(left, part, limits);
      results.push(...applied.results);
      left = applied.value;
    } catch (error) {
      if (isCounterError(error)) return { code: error.code, left };
      throw error;
    }
  }
  return { results, left };
}

/** Whether an execution ended so; its result is looked at where it is to have results. */
export function expectOutcome({ status, result, error }: Simulation, { code, results, left }: Outcome): void {
  expect(status).toBe(code === undefined ? "SUCCEEDED" : "FAILED");
  if (results !== undefined) expect(result).toEqual({ value: left, results });
  const failure = restoreCounterError(error);
  if (code !== undefined) expect(isCounterError(failure) && failure.code).toBe(code);
}
