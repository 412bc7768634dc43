import { entryRefused, isCounterError, type BatchResult } from "@durable-counter/core";
import type { EntryContexts } from "./entry-contexts.ts";
import { notApplied, resultForgotten } from "./request-errors.ts";
import { findRecordedResult, mustReadItem, type CounterState } from "./counter-state.ts";
import { readTogether } from "./transactional-read.ts";
import type { RequestContext } from "./request-context.ts";
import { isFenced } from "./write-fence.ts";

/** What is known of each entry's counter and key, in the order of the entries. */
export type CounterStates = readonly CounterState[];

/**
 * The results of a request that was applied before: one record is enough to know that it was, and each entry has its own.
 *
 * @returns undefined if no entry has a record that concerns this caller
 * @throws CounterError `limit-exceeded` for a refusal that is final, `idempotency-key-reused`, `misconfigured`;
 *   `idempotency-key-expired` if the request was applied, and the record of an entry is gone
 */
export async function findRecordedResults(
  requests: EntryContexts,
  states: CounterStates,
): Promise<readonly BatchResult[] | undefined> {
  const found = requests.map((request, index) => findRecord(requests, request, index, states[index]));
  if (!found.some((each) => each.type === "applied")) {
    for (const each of found) if (each.type === "refused") throw each.error;
    return undefined;
  }
  const missing = found.flatMap(({ type }, index) => (type === "applied" ? [] : [index]));
  const read = await readStates(requests, states, missing);
  return requests.map((request, index) => {
    const record = findRecord(requests, request, index, read[index]);
    if (record.type === "applied") return record.result;
    throw record.type === "refused" ? record.error : resultForgotten(request);
  });
}

type Found =
  | { readonly type: "applied"; readonly result: BatchResult }
  /** An attempt that was applied takes precedence. */
  | { readonly type: "refused"; readonly error: unknown }
  | { readonly type: "none" };

function findRecord(
  requests: EntryContexts,
  request: RequestContext,
  index: number,
  state: CounterState | undefined,
): Found {
  if (state === undefined) return { type: "none" };
  try {
    if (mustReadItem(request, state)) return { type: "none" };
    const recorded = findRecordedResult(request, state);
    if (recorded === undefined) return { type: "none" };
    const { replayed: _replayed, ...result } = recorded;
    return { type: "applied", result };
  } catch (error) {
    return { type: "refused", error: refusalOf(error, requests, index) };
  }
}

/** The error for the caller, of an entry that was refused. Other errors are of the whole request. */
export function refusalOf(error: unknown, requests: EntryContexts, index: number): unknown {
  const isOfLimit = isCounterError(error, "limit-exceeded") && "limit" in error.details;
  return isOfLimit ? entryRefused(notApplied(requests[index] ?? requests[0], error), index, requests) : error;
}

/**
 * Reads the items of some entries, and then the key items of those behind a write fence.
 *
 * @returns the states of all entries
 */
export async function readStates(
  requests: EntryContexts,
  states: CounterStates,
  indices: readonly number[],
): Promise<CounterStates> {
  const isChosen = (_: unknown, index: number) => indices.includes(index);
  const itemOf = await readTogether(requests[0].config, requests.filter(isChosen));
  const next = requests.map((request, index) =>
    isChosen(request, index)
      ? { item: itemOf(request), keyItem: {}, isKeyItemKnown: true }
      : stateAt(states, index),
  );
  const fenced = indices.filter((index) => isFenced(stateAt(next, index).item, requests[0].startedAt));
  return readKeyItems(requests, next, fenced);
}

/** Reads the key items of some entries, whose fences are known. */
export async function readKeyItems(
  requests: EntryContexts,
  states: CounterStates,
  indices: readonly number[],
): Promise<CounterStates> {
  const isChosen = (_: unknown, index: number) => indices.includes(index);
  const keys = requests.map(({ id, keyAttribute }) => ({ id, sortKey: keyAttribute }));
  const itemOf = await readTogether(requests[0].config, keys.filter(isChosen));
  return keys.map((key, index) => {
    const state = stateAt(states, index);
    return isChosen(key, index) ? { ...state, keyItem: itemOf(key), isKeyItemKnown: true } : state;
  });
}

export function stateAt(states: CounterStates, index: number): CounterState {
  return states[index] ?? { item: {}, isGuess: true, keyItem: {}, isKeyItemKnown: false };
}
