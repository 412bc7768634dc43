import type { CounterOptions, CounterStore } from "@durable-counter/core";

/**
 * What the contract asks of a test runner. The functions of vitest and jest fit as they are; so do `describe` and
 * `test` of node:test with the `expect` of the package of that name, or with four lines around node:assert.
 */
export interface ContractRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly test: (name: string, body: () => Promise<void>) => unknown;
  readonly expect: (actual: unknown) => { toEqual(expected: unknown): unknown };
}

/** Hands out a store that holds no counters; a new one, or an emptied one, on each call. */
export type CreateStore = (options?: CounterOptions) => CounterStore | Promise<CounterStore>;

/** What a group of laws is given. */
export interface Contract extends Pick<ContractRunner, "test" | "expect"> {
  readonly createStore: CreateStore;
}
