import { outcomeOf, type HistoryOperation } from "./history.ts";
import type { ModelCall } from "./model-call.ts";
import { isImpossibleWhenRelaxed } from "./relaxed-check.ts";
import { search, type Call, type Specification } from "./search.ts";

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
    const rough = isImpossibleWhenRelaxed(relaxed, kept, specification, BUDGET.rough);
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

/**
 * The members that alone make a set impossible: take one away, and it is impossible no more.
 *
 * Finds one member after the other by bisection: the last one of the shortest impossible beginning is needed. Where
 * `isImpossible` cannot tell, it must answer false: then the core may be larger than it need be, but is never wrong.
 *
 * @param members together impossible; those that come first are preferred
 * @param isImpossible whether these members contradict each other, whatever the others did
 */
export function unsatisfiableCore<T>(
  members: readonly T[],
  isImpossible: (constrained: readonly T[]) => boolean,
): readonly T[] {
  const core: T[] = [];
  let rest = members;
  while (rest.length > 0 && !isImpossible(core)) {
    let possible = 0;
    let impossible = rest.length;
    while (impossible - possible > 1) {
      const middle = Math.floor((possible + impossible) / 2);
      if (isImpossible([...core, ...rest.slice(0, middle)])) impossible = middle;
      else possible = middle;
    }
    core.push(...rest.slice(possible, impossible));
    rest = rest.slice(0, possible);
  }
  return core;
}
