import { expect } from "vitest";
import {
  applyBatch,
  isCounterError,
  type BatchResult,
  type Command,
  type CommandResult,
  type CounterOptions,
} from "../../packages/core/src/index.ts";
import { restoreCounterError } from "../../packages/durable/src/index.ts";
import type { Simulation } from "../../packages/testing/src/index.ts";

/** How an execution ends, and the value that it leaves. */
export interface Outcome {
  /** Of an execution that succeeds. */
  readonly result?: BatchResult;
  /** Of the error with which it fails. */
  readonly code?: string;
  readonly left: number;
}

/** The outcome of commands by the rules of the domain alone, with a step per command or per batch. */
export function outcomeOf(
  commands: readonly Command[],
  { limits, initial = 0, steps }: CounterOptions & { readonly steps: "command" | "batch" },
): Outcome {
  const parts = steps === "batch" ? [commands] : commands.map((command) => [command]);
  const results: CommandResult[] = [];
  let left = initial;
  for (const part of parts) {
    try {
      const applied = applyBatch(left, part, limits);
      results.push(...applied.results);
      left = applied.value;
    } catch (error) {
      if (isCounterError(error)) return { code: error.code, left };
      throw error;
    }
  }
  return { result: { value: left, results }, left };
}

/** Fails unless an execution ended with this outcome. Where neither a result nor a code is expected, any result will do. */
export function expectOutcome(
  { status, result, error }: Simulation,
  { result: wanted, code }: Outcome,
): void {
  expect(status).toBe(code === undefined ? "SUCCEEDED" : "FAILED");
  if (wanted !== undefined || code !== undefined) expect(result).toEqual(wanted);
  const failure = restoreCounterError(error);
  if (code !== undefined) expect(isCounterError(failure) && failure.code).toBe(code);
}
