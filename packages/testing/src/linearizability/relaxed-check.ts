import { search, type Call, type Specification } from "./search.ts";

/**
 * A weaker check that is faster. It assumes that the calls before the first effect of a constrained call can lead to
 * any state, in any order and any number of times. A history that is impossible under this assumption is certainly
 * impossible.
 *
 * @param constrained the calls that must be explained
 * @param budget the configurations to visit for each part of the check, before it returns false
 */
export function isImpossibleWhenRelaxed<State>(
  calls: readonly Call<State>[],
  constrained: ReadonlySet<Call<State>>,
  specification: Specification<State>,
  budget: number,
): { readonly isImpossible: boolean; readonly visited: number } {
  const required = Array.from(constrained).filter((call) => call.required);
  const horizon = Math.min(...required.map(({ deadline }) => deadline));
  const before = calls.filter((call) => call.start <= horizon && !constrained.has(call));
  const { states, visited } = reachable(before, specification, budget);
  if (states === undefined || required.length === 0) return { isImpossible: false, visited };
  // A call that has not ended before the first constrained call can still take effect.
  const begin = Math.min(...Array.from(constrained, ({ start }) => start));
  const after = calls.filter(({ deadline }) => deadline >= begin);
  let cost = visited;
  for (const first of constrained) {
    const initial = states.flatMap((state) => first.advance(state) ?? []).map(({ state }) => state);
    const rest = after.filter((call) => call !== first);
    const result = search(rest, { ...specification, initial }, budget);
    cost += result.visited;
    if (result.verdict !== "impossible") return { isImpossible: false, visited: cost };
  }
  return { isImpossible: true, visited: cost };
}

/**
 * All states that some of these calls can lead to, in any order and any number of times. These are more states than
 * there are in reality, but they are found quickly.
 *
 * @param budget the effects to try before giving up
 * @returns no states if there are too many
 */
function reachable<State>(
  calls: readonly Call<State>[],
  { initial, hash }: Specification<State>,
  budget: number,
): { readonly states: readonly State[] | undefined; readonly visited: number } {
  const kinds = [...new Map(calls.map((call) => [call.kind, call])).values()];
  const found = new Map(initial.map((state) => [hash(state), state]));
  let latest = [...found.values()];
  let visited = 0;
  for (let effects = 0; effects < calls.length && latest.length > 0; effects++) {
    visited += latest.length * kinds.length;
    if (visited > budget) return { states: undefined, visited: budget };
    const before = found.size;
    for (const { state } of latest.flatMap((each) => kinds.flatMap((kind) => kind.advance(each) ?? []))) {
      const key = hash(state);
      if (!found.has(key)) found.set(key, state);
    }
    latest = [...found.values()].slice(before);
  }
  return { states: [...found.values()], visited };
}
