import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import {
  applyBatch,
  isCounterError,
  type BatchResult,
  type Command,
  type CommandResult,
  type CounterOptions,
} from "@durable-counter/core";
import {
  crashable,
  exploreCrashes,
  MemoryCounterStore,
  type ExploreCrashesOptions,
  type Simulation,
} from "@durable-counter/testing";
import { expect } from "vitest";
import { restoreCounterError } from "./index.ts";
import { withApply } from "./with-apply.fixture.ts";

/** The counter of all events here. */
const counterId = "cart-7";

/** An event for that counter. */
export const eventOf = (commands: readonly Command[], idempotencyKey?: string) => ({
  counterId,
  commands,
  ...(idempotencyKey !== undefined && { idempotencyKey }),
});

/** A store that can be emptied, and at whose calls the process can crash. */
export function crashableStore() {
  let store = new MemoryCounterStore();
  return {
    store: crashable(
      withApply(undefined, () => store),
      "store",
    ),
    empty: () => {
      store = new MemoryCounterStore();
    },
    value: () => store.get(counterId),
  };
}

/** The failures of an exploration; none, if the handler is right. */
export async function failuresOf(
  handler: DurableLambdaHandler,
  options: ExploreCrashesOptions<BatchResult>,
): Promise<readonly string[]> {
  const { failures, unreached } = await exploreCrashes(handler, options);
  return [...failures.map(({ message }) => message), ...(unreached > 0 ? [`${unreached} unreached`] : [])];
}

/** How an execution ends, and the value that it leaves. */
interface Outcome {
  readonly result?: BatchResult;
  readonly code?: string;
  readonly left: number;
}

/** The outcome of commands by the rules of the domain alone. */
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

/** Fails unless an execution ended with this outcome. */
export function expectOutcome({ status, result, error }: Simulation<BatchResult>, expected: Outcome): void {
  expect(status).toBe(expected.code === undefined ? "SUCCEEDED" : "FAILED");
  expect(result).toEqual(expected.result);
  const failure = restoreCounterError(error);
  if (expected.code !== undefined) expect(isCounterError(failure) && failure.code).toBe(expected.code);
}
