import type { EntryContexts } from "./entry-contexts.ts";
import { refusedAlongside, type RefusingWrite } from "./alongside.ts";
import { refusal, type Action, type ConditionalUpdate, type Refusal } from "./next-action.ts";
import { stateAt, type CounterStates } from "./recorded-results.ts";
import { isFenced } from "./write-fence.ts";

/** Reads the items, or the key items, of some entries; or gives back what their expired holds have taken, and reads them. */
interface ReadStep {
  readonly type: "read" | "read-key-item" | "settle";
  readonly indices: readonly number[];
}

/** Records a refusal. */
export interface RefusalStep {
  readonly type: "refuse";
  /** Which entry's counter is to record it: the one that refused; the first for a write of the caller's own. */
  readonly index: number;
  readonly update: ConditionalUpdate & { readonly change: Refusal };
}

/** Writes all entries in one transaction. */
interface WriteStep {
  readonly type: "write";
  readonly updates: readonly ConditionalUpdate[];
}

/**
 * What follows from the actions of the entries, each taken by itself.
 *
 * A refusal is recorded in one counter's item: a transaction that arrives later expects no record in any of them.
 *
 * @throws CounterError `limit-exceeded` for a refusal by a write of the caller's own that need not be recorded
 */
export function stepOf(
  requests: EntryContexts,
  states: CounterStates,
  actions: readonly Action[],
  refusedBy: RefusingWrite | undefined,
): ReadStep | RefusalStep | WriteStep {
  for (const type of ["read", "settle", "read-key-item"] as const) {
    const indices = actions.flatMap((action, index) => (action.type === type ? [index] : []));
    if (indices.length > 0) return { type, indices };
  }
  const updates = actions.filter((action) => action.type === "update");
  for (const [index, { change, ...update }] of updates.entries())
    if (change.kind === "refuse") return { type: "refuse", index, update: { ...update, change } };
  if (refusedBy === undefined) return { type: "write", updates };

  // The condition may have failed because the request was applied before: if so, the first counter's item has a record.
  const state = stateAt(states, 0);
  if (state.isGuess === true) return { type: "read", indices: [0] };
  const error = refusedAlongside(refusedBy.index, refusedBy.item);
  const change = refusal(requests[0], state, error, refusedBy.index);
  if (change === undefined) throw error;
  const keyItem = isFenced(state.item, requests[0].startedAt) ? state.keyItem : undefined;
  return { type: "refuse", index: 0, update: { type: "update", item: state.item, keyItem, change } };
}
