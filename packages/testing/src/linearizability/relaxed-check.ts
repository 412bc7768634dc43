import { search, type Call, type Specification } from "./search.ts";

/**
 * Whether it is impossible even if all that may come before the first effect of a constrained call led to any state
 * that it can lead to in any order. That is easier to satisfy, and easier to tell: what is impossible so is impossible.
 *
 * @param constrained those of the calls that matter
 * @param budget configurations to visit for a part of the question before giving up with false
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
  // What is not over before the first of the constrained calls may yet take effect.
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
 * Every state that some of these calls may lead to, in any order and some of them more than once: more than there
 * are, but quickly found.
 *
 * @param budget effects to try before giving up
 * @returns no states where there are too many
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
