import {
  isCounterError,
  type ApplyAllEntry,
  type ApplyAllRequest,
  type ApplyAllResult,
  type Command,
  type CounterStore,
} from "@durable-counter/core";

// What the rules for several counters have in common.

export function entry(id: string, ...commands: readonly Command[]): ApplyAllEntry {
  return { id, commands };
}

export async function applyAll(store: CounterStore, request: ApplyAllRequest): Promise<ApplyAllResult> {
  if (store.applyAll === undefined)
    throw new TypeError("The store declares applyAll, and has no such method.");
  return store.applyAll(request);
}

/** Asks again as long as the store is busy: concurrent requests may be in each other's way. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isCounterError(error, "throttled")) throw error;
    }
  }
}

export async function valuesOf(store: CounterStore, ids: readonly string[]): Promise<number[]> {
  const values: number[] = [];
  for (const id of ids) values.push(await store.get(id, { consistent: true }));
  return values;
}

/** The details of the refusal of a request. */
export async function detailsOf(attempted: Promise<unknown>): Promise<unknown> {
  try {
    return await attempted;
  } catch (error) {
    return isCounterError(error, "limit-exceeded") ? error.details : error;
  }
}
