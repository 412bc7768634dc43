import type { CounterOptions, CounterStore } from "@durable-counter/core";
import { MemoryCounterStore } from "../memory-counter-store.ts";
import { HOLD_ENDING_MUTANTS } from "./hold-ending-mutants.fixture.ts";
import { HOLD_EXPIRY_MUTANTS } from "./hold-expiry-mutants.fixture.ts";
import { withAllMethodsOf, type HoldMutation } from "./hold-mutation.fixture.ts";
import { HOLD_PLACING_MUTANTS } from "./hold-placing-mutants.fixture.ts";

/** The mistakes that a developer of holds could make. */
export const HOLD_MUTANTS: Readonly<Record<string, HoldMutation>> = {
  ...HOLD_PLACING_MUTANTS,
  ...HOLD_ENDING_MUTANTS,
  ...HOLD_EXPIRY_MUTANTS,
};

/** A store with one of the mutations, or with none, and how its clock moves on. */
export function createHoldMutant(bug: string | undefined) {
  let now = 0;
  return {
    advanceTime: (ms: number) => {
      now += ms;
    },
    createStore: (options: CounterOptions = {}): CounterStore => {
      const create = (clock: () => number) => new MemoryCounterStore({ ...options, now: clock });
      const store = create(() => now);
      const tools = { other: create(() => now), frozen: create(() => 0) };
      return { ...withAllMethodsOf(store), ...(bug !== undefined && HOLD_MUTANTS[bug]?.of(store, tools)) };
    },
  };
}
