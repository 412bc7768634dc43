/** An operation, as the search sees it. */
export interface Call<State> {
  readonly start: number;
  /** The latest moment at which it can take effect. Infinity if it can do so at any time, or never. */
  readonly deadline: number;
  /** Whether it must take effect. */
  readonly required: boolean;
  /** Whether it changes nothing in every state in which it is possible. */
  readonly isIdle: boolean;
  /** Calls of the same kind do the same in every state. */
  readonly kind: string;
  /** The next state, in an object. `undefined` if the observation is impossible in `state`. */
  advance(state: State): { readonly state: State } | undefined;
}

/** The object whose calls are to be ordered. */
export interface Specification<State> {
  /** The possible initial states. */
  readonly initial: readonly State[];
  /** The same text for equal states, and only for equal states. */
  readonly hash: (state: State) => string;
}

/** The result of a search, and the number of configurations it visited. */
export type SearchResult<C> = { readonly visited: number } & (
  | { readonly verdict: "linearizable"; readonly order: readonly C[] }
  /** No order gets past `stuck`. Calls that start after its deadline have no influence. */
  | { readonly verdict: "impossible"; readonly stuck: C }
  | { readonly verdict: "unknown" }
);

/** The decided calls: all before `settled`, and those in `ahead`. */
interface Configuration<State> {
  readonly settled: number;
  /** Sorted. */
  readonly ahead: readonly number[];
  readonly state: State;
  readonly hash: string;
  readonly parent: Configuration<State> | undefined;
  /** The call that led here, if it took effect. */
  readonly effect: number | undefined;
}

/**
 * Searches an order of the calls, each at one moment between its start and its deadline, that is possible in the
 * specification. This is the algorithm of Wing and Gong with Lowe's improvement: a configuration, which is a set of
 * decided calls and a state, is visited once.
 *
 * Calls are decided in the order of their deadlines, so that a configuration is small: all but a few decided calls
 * stand before one index. An optional call is skipped at its deadline. Of several calls of one kind, the one with the
 * earliest deadline comes first, because a later one can replace it, but not the reverse.
 *
 * @param budget the configurations to visit before giving up
 */
export function search<State, C extends Call<State>>(
  calls: readonly C[],
  specification: Specification<State>,
  budget: number,
): SearchResult<C> {
  const sorted = calls.toSorted((a, b) => a.deadline - b.deadline || a.start - b.start);
  const open = openCalls(sorted);
  const visited = new Set<string>();
  const stack: Configuration<State>[] = [];
  let furthest = 0;

  const visit = (next: Configuration<State>) => {
    const key = `${next.settled};${next.ahead.join()};${next.hash}`;
    if (visited.has(key)) return;
    visited.add(key);
    stack.push(next);
  };

  for (const state of specification.initial) {
    const hash = specification.hash(state);
    visit({ settled: 0, ahead: [], state, hash, parent: undefined, effect: undefined });
  }
  for (let here = stack.pop(); here !== undefined; here = stack.pop()) {
    const candidates = open[here.settled];
    if (candidates === undefined) {
      return { verdict: "linearizable", order: effectsOf(here, sorted), visited: visited.size };
    }
    if (visited.size > budget) return { verdict: "unknown", visited: visited.size };
    furthest = Math.max(furthest, here.settled);
    if (sorted[here.settled]?.required === false) {
      const { state, hash } = here;
      visit({ ...decide(here, here.settled), state, hash, parent: here, effect: undefined });
    }
    // In reverse order, because the stack reverses it again: the earliest deadline comes first.
    for (const next of successors(here, candidates, sorted, specification).toReversed()) visit(next);
  }
  // The furthest call exists, because not even the first call was passed, and it is required, because an optional call
  // can be skipped.
  return { verdict: "impossible", stuck: sorted[furthest] as C, visited: visited.size };
}

/** The configurations after one more effect. */
function successors<State>(
  here: Configuration<State>,
  candidates: readonly number[],
  sorted: readonly Call<State>[],
  { hash: hashOf }: Specification<State>,
): readonly Configuration<State>[] {
  const found: Configuration<State>[] = [];
  const kinds: string[] = [];
  for (const index of candidates) {
    const call = sorted[index];
    if (call === undefined || here.ahead.includes(index) || kinds.includes(call.kind)) continue;
    kinds.push(call.kind);
    const next = call.advance(here.state);
    if (next === undefined) continue;
    const hash = hashOf(next.state);
    const configuration = { ...decide(here, index), state: next.state, hash, parent: here, effect: index };
    // An idle call that is possible now need not be tried later: every order of the other calls remains possible after
    // it.
    if (call.required && call.isIdle) return [configuration];
    // An optional call that would change nothing is skipped.
    if (!call.required && hash === here.hash) continue;
    found.push(configuration);
  }
  return found;
}

/** Adds a decided call. Calls that are then decided without a gap are settled. */
function decide(
  { settled, ahead }: Pick<Configuration<unknown>, "settled" | "ahead">,
  index: number,
): Pick<Configuration<unknown>, "settled" | "ahead"> {
  if (index !== settled) {
    const place = ahead.findLastIndex((other) => other < index) + 1;
    return { settled, ahead: ahead.toSpliced(place, 0, index) };
  }
  let passed = 0;
  while (ahead[passed] === settled + 1 + passed) passed += 1;
  return { settled: settled + 1 + passed, ahead: passed === 0 ? ahead : ahead.slice(passed) };
}

/**
 * For each index, the calls that can come next while the call at the index is the first undecided one: those that
 * started before its deadline. There is no entry after the last call with a deadline, because then every required call
 * is decided.
 */
function openCalls<State>(sorted: readonly Call<State>[]): readonly (readonly number[])[] {
  const byStart = sorted.map(({ start }, index) => ({ start, index })).toSorted((a, b) => a.start - b.start);
  const open: number[][] = [];
  let alive: number[] = [];
  let begun = 0;
  for (const [index, { deadline }] of sorted.entries()) {
    if (deadline === Infinity) break;
    alive = alive.filter((other) => other >= index);
    for (let next = byStart[begun]; next !== undefined && next.start <= deadline; next = byStart[++begun]) {
      if (next.index >= index) alive.push(next.index);
    }
    alive.sort((a, b) => a - b);
    open.push(alive);
  }
  return open;
}

function effectsOf<State, C>(last: Configuration<State>, sorted: readonly C[]): readonly C[] {
  const effects: C[] = [];
  for (let each: Configuration<State> | undefined = last; each !== undefined; each = each.parent) {
    const effect = each.effect === undefined ? undefined : sorted[each.effect];
    if (effect !== undefined) effects.push(effect);
  }
  return effects.toReversed();
}
