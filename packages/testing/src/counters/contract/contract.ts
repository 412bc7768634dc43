import { isCounterError, type CounterOptions, type CounterStore } from "@durable-counter/core";

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

/** Everything a store lists, as sorted pairs: a store may list in any order, but each counter once. */
export async function entriesOf(store: CounterStore): Promise<(readonly [id: string, value: number])[]> {
  const entries: (readonly [string, number])[] = [];
  for await (const { id, value } of store.list()) entries.push([id, value]);
  return sorted(entries);
}

/** Pairs by id, in the order of UTF-16 code units. */
export function sorted(entries: readonly (readonly [string, number])[]): (readonly [string, number])[] {
  return entries.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** How an attempt failed: the code and the sentence of its `CounterError`. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/**
 * What an attempt was refused with. One that succeeded, or failed with another kind of error, answers with words
 * that equal no code, so that a failing law shows them.
 */
export async function refusal(attempt: Promise<unknown>): Promise<Refusal> {
  try {
    return { code: "none, it succeeded", message: JSON.stringify(await attempt) ?? "undefined" };
  } catch (error) {
    if (isCounterError(error)) return { code: error.code, message: error.message };
    return { code: "none, it is no CounterError", message: String(error) };
  }
}

/** The code of {@link refusal}. */
export async function codeOf(attempt: Promise<unknown>): Promise<string> {
  return (await refusal(attempt)).code;
}
