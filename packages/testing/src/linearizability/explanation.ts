import { outcomeOf, type HistoryOperation } from "./history.ts";
import type { ModelCall } from "./model-call.ts";
import { isRoughlyImpossible } from "./relaxed-check.ts";
import { search, type Call, type Specification } from "./search.ts";
import { unsatisfiableCore } from "./unsatisfiable-core.ts";

/** What one question may cost: to be answered exactly, or else roughly; and what all of them may. */
const BUDGET = { exact: 5_000, rough: 200_000, all: 1_000_000 };

/**
 * Finds the operations of a history that contradict each other. An operation is not taken out but relaxed: its output
 * is forgotten, its effect optional. So the rest of the history stays what it was, a source of effects, and only what
 * must be as it was seen is part of the explanation.
 *
 * @param stuck the call that no order gets past
 * @returns the operations, in the order they started. Those of a long history may be more than are needed.
 */
export function explanationOf<State>(
  calls: readonly ModelCall<State>[],
  stuck: ModelCall<State>,
  specification: Specification<State>,
): readonly HistoryOperation[] {
  // What began later is without influence; so what ended later may take effect later, too.
  const relevant = calls
    .filter(({ start }) => start <= stuck.deadline)
    .map((call) => (call.deadline <= stuck.deadline ? call : { ...call, required: false }));
  const members = relevant
    .filter(({ operation }) => outcomeOf(operation) !== "unknown")
    .toSorted((a, b) => distance(a, stuck) - distance(b, stuck));

  let left = BUDGET.all;
  const core = unsatisfiableCore(members, (constrained) => {
    if (left <= 0) return false;
    const kept = new Set<Call<State>>(constrained);
    const relaxed = relevant.map((call) => (kept.has(call) ? call : call.relaxed));
    const exact = search(relaxed, specification, BUDGET.exact);
    left -= exact.visited;
    if (exact.verdict !== "unknown") return exact.verdict === "impossible";
    const rough = isRoughlyImpossible(relaxed, kept, specification, BUDGET.rough);
    left -= rough.visited;
    return rough.isImpossible;
  });
  return core.map(({ operation }) => operation).toSorted((a, b) => a.start - b.start);
}

/** Those near the contradiction explain it best; then those before it, and last what was still under way. */
function distance(call: ModelCall, stuck: ModelCall): number {
  if (call.operation === stuck.operation) return -1;
  return call.deadline <= stuck.deadline ? stuck.deadline - call.deadline : Infinity;
}
