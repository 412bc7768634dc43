import type { CounterStore } from "@durable-counter/core";

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
