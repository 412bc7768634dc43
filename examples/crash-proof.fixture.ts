import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { decrement, get, increment, type Command, type CounterStore } from "@durable-counter/core";
import {
  exploreCrashes,
  simulate,
  type ExploreCrashesOptions,
  type Simulation,
} from "@durable-counter/testing";
import { expect } from "vitest";
import { expectOutcome, outcomeOf, type Outcome } from "../scripts/test/outcome.ts";

export const counterId = "cart-7";
export const limits = { min: 0 };
export const long = [increment(5), decrement(2), get(), increment(4), decrement(6), increment(1)];
export const short = [increment(5), decrement(2)];
const refused = [increment(5), decrement(9), increment(1)];

export const events: readonly (readonly [string, readonly Command[], 1 | 2])[] = [
  ["a long batch", long, 1],
  ["a batch that is refused", refused, 1],
  ["a short batch, twice over", short, 2],
];

/** What went wrong; nothing, if the handler is right. */
export async function failuresOf(handler: DurableLambdaHandler, options: ExploreCrashesOptions) {
  const { failures, unreached } = await exploreCrashes(handler, options);
  return [...failures.map(({ message }) => message), ...(unreached > 0 ? [`${unreached} unreached`] : [])];
}

/** A store with one counter, as tests of a crashed handler use it. */
export function counterIn(store: CounterStore, drain: () => Promise<void>) {
  const check = async (simulation: Simulation, expected: Outcome) => {
    expectOutcome(simulation, expected);
    expect(await store.get(counterId, { consistent: true })).toBe(expected.left);
  };
  const empty = async () => {
    await drain(); // of the last request of a process that died
    await store.delete(counterId);
  };
  return {
    empty,
    /** Crashes the handler while it handles an event. */
    count: (
      handler: DurableLambdaHandler,
      commands: readonly Command[],
      { steps, crashes }: { readonly steps: "command" | "batch"; readonly crashes: 1 | 2 },
    ) => {
      const expected = outcomeOf(commands, { limits, steps });
      return failuresOf(handler, {
        payload: { counterId, commands },
        crashes,
        beforeEach: empty,
        check: (simulation) => check(simulation, expected),
      });
    },
    /** Crashes the handler while it handles an event, which is delivered once more afterwards. */
    countRedelivered: (handler: DurableLambdaHandler, steps: "command" | "batch") => {
      const payload = { counterId, commands: long, idempotencyKey: "order-1" };
      const expected = outcomeOf(long, { limits, steps });
      return failuresOf(handler, {
        payload,
        beforeEach: empty,
        check: async (simulation) => {
          await check(simulation, expected);
          await check(await simulate(handler, { payload, executionName: "again" }), expected);
        },
      });
    },
  };
}
