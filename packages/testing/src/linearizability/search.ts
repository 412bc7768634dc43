/** An operation as the search sees it. */
export interface Call<State> {
  readonly start: number;
  /** When it must have taken effect; Infinity where it may do so at any time, or never. */
  readonly deadline: number;
  /** Whether it must take effect at all. */
  readonly required: boolean;
  /** Whether it changes nothing, in whatever state it can be explained. */
  readonly isIdle: boolean;
  /** Calls of one kind do the same in every state. */
  readonly kind: string;
  /** The state after, boxed; `undefined` where its observation is impossible in `state`. */
  advance(state: State): { readonly state: State } | undefined;
}

/** What the calls are to be explained by. */
export interface Specification<State> {
  /** The states to begin in, any of them. */
  readonly initial: readonly State[];
  /** The same text for equal states, and only for them. */
  readonly hash: (state: State) => string;
}

/** What came of a search, and how many configurations it took. */
export type SearchResult<C> = { readonly visited: number } & (
  | { readonly verdict: "linearizable"; readonly order: readonly C[] }
  /** No order gets past `stuck`: whatever begins after its deadline is without influence. */
  | { readonly verdict: "impossible"; readonly stuck: C }
  | { readonly verdict: "unknown" }
);

/** What has been decided: all calls before `settled`, and those in `ahead`. */
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
 * Looks for an order of the calls, each at one moment between its start and its deadline, that the specification
 * explains. The search of Wing and Gong, with Lowe's memory of configurations: what was reached once, as the set of
 * calls decided and the state, is not tried again.
 *
 * Deciding in the order of deadlines keeps a configuration small: all but a few calls stand before one index. A call
 * that need not take effect is passed over when its deadline comes. Of calls of one kind the one with the earliest
 * deadline goes first, since the others could stand in for it but not it for them.
 *
 * @param budget configurations to visit before giving up
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
    // Backwards, since the stack turns round: the earliest deadline is tried first.
    for (const next of successors(here, candidates, sorted, specification).toReversed()) visit(next);
  }
  // The furthest call is there, since not even the first was passed, and required: others can be passed over.
  return { verdict: "impossible", stuck: sorted[furthest] as C, visited: visited.size };
}

/** What may come of one more effect. */
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
    // What never changes anything, and can be explained now, need not be tried later: whatever order explains the
    // others explains them with it in front.
    if (call.required && call.isIdle) return [configuration];
    // What may be passed over, and would change nothing, is passed over.
    if (!call.required && hash === here.hash) continue;
    found.push(configuration);
  }
  return found;
}

/** One more call decided; what is then decided without a gap is settled. */
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
 * Which calls may be next while the call at an index is the first that is undecided: those that began before its
 * deadline. None for an index past the last call that has a deadline: then all is decided that must be.
 */
function openCalls<State>(sorted: readonly Call<State>[]): readonly (readonly number[])[] {
  const byStart = Array.from(sorted.keys()).toSorted((a, b) => startOf(sorted, a) - startOf(sorted, b));
  const open: number[][] = [];
  let alive: number[] = [];
  let begun = 0;
  for (const [index, { deadline }] of sorted.entries()) {
    if (deadline === Infinity) break;
    alive = alive.filter((other) => other >= index);
    for (; begun < byStart.length; begun++) {
      const next = byStart[begun];
      if (next === undefined || startOf(sorted, next) > deadline) break;
      if (next >= index) alive.push(next);
    }
    alive.sort((a, b) => a - b);
    open.push(alive);
  }
  return open;
}

function startOf<State>(calls: readonly Call<State>[], index: number): number {
  return calls[index]?.start ?? Infinity;
}

function effectsOf<State, C>(last: Configuration<State>, sorted: readonly C[]): readonly C[] {
  const effects: C[] = [];
  for (let each: Configuration<State> | undefined = last; each !== undefined; each = each.parent) {
    const effect = each.effect === undefined ? undefined : sorted[each.effect];
    if (effect !== undefined) effects.push(effect);
  }
  return effects.toReversed();
}
