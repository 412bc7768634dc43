import type { ApplyAllEntry } from "./apply-all-request.ts";
import { applyBatch, type BatchResult } from "./apply-commands.ts";
import { CounterError } from "./counter-error.ts";
import type { Limits } from "./limits.ts";

/**
 * Applies one batch to each of several values, all or nothing. Pure. For authors of stores.
 *
 * @param befores the values before, in the order of the entries
 * @param limits apply to entries that bring none
 * @throws CounterError `limit-exceeded`; `details.entry` is the index of the refused entry, and `details.id` its counter
 * @example
 * ```ts
 * const entries = [
 *   { id: "alice", commands: [decrement(3)], limits: { min: 0 } },
 *   { id: "bob", commands: [increment(3)] },
 * ];
 * applyEntries([10, 0], entries).map(({ value }) => value); // [7, 3]
 * ```
 */
export function applyEntries(
  befores: readonly number[],
  entries: readonly ApplyAllEntry[],
  limits?: Limits,
): readonly BatchResult[] {
  return entries.map((entry, index) => {
    try {
      return applyBatch(befores[index] ?? 0, entry.commands, entryLimits(entry, limits), entry.id);
    } catch (error) {
      // applyBatch throws nothing else.
      throw entryRefused(error as CounterError, index, entries);
    }
  });
}

/** The limits of an entry, given those of the store. For authors of stores. */
export function entryLimits(
  { limits, onLimit }: Pick<ApplyAllEntry, "limits" | "onLimit">,
  ofStore: Limits | undefined,
): Limits | undefined {
  const chosen = limits ?? ofStore;
  return onLimit === undefined || chosen === undefined ? chosen : { ...chosen, onLimit };
}

/**
 * The error of a request of several entries, one of which was refused. For authors of stores.
 *
 * @param error why it was refused
 * @returns a {@link CounterError} with the same code, whose `details` also have the `entry` and its `id`
 */
export function entryRefused(
  error: CounterError,
  entry: number,
  entries: readonly Pick<ApplyAllEntry, "id">[],
): CounterError {
  const id = entries[entry]?.id;
  return new CounterError(
    error.code,
    `Entry ${entry + 1} of ${entries.length} was refused, and with it all entries. ${error.message}`,
    { cause: error, details: { ...error.details, entry, id } },
  );
}
