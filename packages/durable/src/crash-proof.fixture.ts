import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import {
  applyBatch,
  isCounterError,
  type BatchResult,
  type Command,
  type CommandResult,
  type CounterOptions,
  type CounterStore,
} from "@durable-counter/core";
import {
  crashable,
  exploreCrashes,
  MemoryCounterStore,
  type ExploreCrashesOptions,
  type Simulation,
} from "@durable-counter/testing";
import { expect } from "vitest";

/** The counter that all events here are for. */
const counterId = "cart-7";

/** An event for it. */
export const eventOf = (commands: readonly Command[], idempotencyKey?: string) => ({
  counterId,
  commands,
  ...(idempotencyKey !== undefined && { idempotencyKey }),
});

/** A store that can be emptied and that processes can die around. */
export function crashableStore() {
  let store = new MemoryCounterStore();
  const port: CounterStore = {
    apply: (request) => store.apply(request),
    get: (id, options) => store.get(id, options),
    delete: (id) => store.delete(id),
    list: () => store.list(),
  };
  return {
    store: crashable(port, "store"),
    empty: () => {
      store = new MemoryCounterStore();
    },
    value: () => store.get(counterId),
  };
}

/** What went wrong; nothing, if the handler is right. */
export async function failuresOf(
  handler: DurableLambdaHandler,
  options: ExploreCrashesOptions<BatchResult>,
): Promise<readonly string[]> {
  const { failures, unreached } = await exploreCrashes(handler, options);
  return [...failures.map(({ message }) => message), ...(unreached > 0 ? [`${unreached} unreached`] : [])];
}

/** How an execution ends, and what it leaves in its store. */
interface Outcome {
  readonly result?: BatchResult;
  readonly code?: string;
  readonly left: number;
}

/** What commands come to by the rules of the domain alone. */
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

/** Whether an execution ended as it must. */
export function expectOutcome({ status, result, error }: Simulation<BatchResult>, expected: Outcome): void {
  expect(status).toBe(expected.code === undefined ? "SUCCEEDED" : "FAILED");
  expect(result).toEqual(expected.result);
  const failure: unknown = error;
  if (expected.code !== undefined) expect(isCounterError(failure) && failure.code).toBe(expected.code);
}
