import { CounterError, CounterId, CounterIds, parseInput } from "@durable-counter/core";
import type { Mutant } from "./mutants.fixture.ts";

/** The counters of a store with a mutation. */
interface MutantCounters {
  readonly has: (bug: Mutant) => boolean;
  readonly initial: number;
  readonly valueOf: (id: string) => number | undefined;
  /** The value before the latest write. */
  readonly staleValueOf: (id: string) => number | undefined;
  /** The value that a counter had when it was deleted. */
  readonly deletedValueOf: (id: string) => number | undefined;
  readonly create: (id: string) => void;
}

/** Reads many counters, with a mistake that a developer could make. */
export async function mutantGetMany(
  input: readonly string[],
  counters: MutantCounters,
): Promise<Map<string, number>> {
  const { has, initial } = counters;
  if (!Array.isArray(input) && has("reads whatever it is told to")) return new Map();
  const ids = chosenIds(input, counters);
  if (ids.length === 0 && has("refuses to read no counters"))
    throw new CounterError("invalid-input", "ids is [].");
  const values = new Map<string, number>();
  for (const id of ids) {
    const deleted = has("reads deleted counters with others") ? counters.deletedValueOf(id) : undefined;
    const value = counters.valueOf(id) ?? deleted;
    if (value === undefined && has("leaves missing counters out")) continue;
    if (has("creates the counters that it reads together")) counters.create(id);
    if (has("returns many counters by the last mention of their id")) values.delete(id);
    const known = has("reads many counters as they were before") ? counters.staleValueOf(id) : value;
    values.set(id, known ?? (has("reads many counters without their initial value") ? 0 : initial));
  }
  return values;
}

function chosenIds(input: readonly string[], { has }: MutantCounters): readonly string[] {
  const isId = (id: unknown) => CounterId.safeParse(id).success;
  const skips = Array.isArray(input) && has("skips a bad id among many");
  const ids = parseInput(CounterIds, skips ? input.filter(isId) : input, "ids");
  if (has("reads at most 100 counters")) return ids.slice(0, 100);
  if (has("reads ids that look alike together as one")) return ids.map((id) => id.normalize());
  return has("reads many counters in the order of their ids") ? ids.toSorted() : ids;
}
