import {
  isCounterError,
  type CounterOptions,
  type CounterStore,
  type CounterWindow,
} from "@durable-counter/core";

/**
 * The functions of a test runner that the contract uses. Those of vitest and jest have these types. With node:test,
 * pass its `describe` and `test`, and the `expect` of the package of that name.
 */
export interface ContractRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly test: (name: string, body: () => Promise<void>) => unknown;
  readonly expect: (actual: unknown) => { toEqual(expected: unknown): unknown };
}

/** What the contract wants of a store. Only the rules for windows pass `window` and `now`. */
export interface ContractStoreOptions extends CounterOptions {
  readonly window?: CounterWindow | undefined;
  /** The clock of the store, in milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

/** Returns a store without counters: a new one, or an emptied one, on each call. */
export type CreateStore = (options?: ContractStoreOptions) => CounterStore | Promise<CounterStore>;

/** An optional capability of a `CounterStore`, for which the contract has rules of its own. */
export type StoreCapability = "holds" | "applyAll" | "getMany" | "windows";

/** Options of `counterStoreContract`. */
export interface ContractOptions {
  /** What the store can do beyond the methods that every store has. By default nothing. */
  readonly capabilities?: readonly StoreCapability[];
  /**
   * Lets so many milliseconds pass for the store's clock, for rules about holds that expire. By default they pass in real
   * time.
   */
  readonly advanceTime?: (ms: number) => void | Promise<void>;
}

/** The arguments of a group of rules. */
export interface Contract extends Pick<ContractRunner, "test" | "expect"> {
  readonly createStore: CreateStore;
}

/** All counters that a store lists, as pairs sorted by id. The order of a list is not part of the contract. */
export async function entriesOf(store: CounterStore): Promise<(readonly [id: string, value: number])[]> {
  const entries: (readonly [string, number])[] = [];
  for await (const { id, value } of store.list()) entries.push([id, value]);
  return sorted(entries);
}

/** Sorts pairs by id, in the order of UTF-16 code units. */
export function sorted(entries: readonly (readonly [string, number])[]): (readonly [string, number])[] {
  return entries.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The code and the message of the `CounterError` with which a request failed. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/**
 * The error with which a request failed. For a request that succeeded or failed with another error, the code is a text
 * that equals no code, so that a failing test shows it.
 */
export async function refusal(attempt: Promise<unknown>): Promise<Refusal> {
  try {
    return { code: "none, it succeeded", message: JSON.stringify(await attempt) ?? "undefined" };
  } catch (error) {
    if (isCounterError(error)) return { code: error.code, message: error.message };
    return { code: "none, it is no CounterError", message: String(error) };
  }
}

/** The code of {@link refusal}; and the message too, if it lacks one of the texts that it must contain. */
export async function codeOf(attempt: Promise<unknown>, ...texts: readonly string[]): Promise<string> {
  const { code, message } = await refusal(attempt);
  return texts.every((text) => message.includes(text)) ? code : `${code}: ${message}`;
}
