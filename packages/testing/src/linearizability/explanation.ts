import { outcomeOf, type HistoryOperation } from "./history.ts";
import type { ModelCall } from "./model-call.ts";
import { isImpossibleWhenRelaxed } from "./relaxed-check.ts";
import { search, type Call, type Specification } from "./search.ts";

/** The configurations to visit for one exact check, for one relaxed check, and for all checks together. */
const BUDGET = { exact: 5_000, rough: 200_000, all: 1_000_000 };

/**
 * Finds the operations of a history that contradict each other. All other operations are relaxed instead of removed:
 * their output is ignored and their effect is optional. So they can still explain the outputs of the others.
 *
 * @param stuck the call that no order gets past
 * @returns the operations in start order. For a long history there can be more than necessary
 */
export function explanationOf<State>(
  calls: readonly ModelCall<State>[],
  stuck: ModelCall<State>,
  specification: Specification<State>,
): readonly HistoryOperation[] {
  // A call that started later has no influence. A call that ended later may take effect later too.
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

/** Calls near the contradiction explain it best, then those before it, and last those that had not ended. */
function distance(call: ModelCall, stuck: ModelCall): number {
  if (call.operation === stuck.operation) return -1;
  return call.deadline <= stuck.deadline ? stuck.deadline - call.deadline : Infinity;
}

/**
 * Finds members that are impossible together, such that any smaller part of them is possible.
 *
 * It finds one member after the other by bisection: the last member of the shortest impossible prefix is needed. If
 * `isImpossible` cannot decide, it must return false. Then the result can be larger than necessary, but it is never
 * wrong.
 *
 * @param members are impossible together. Those that come first are preferred
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
