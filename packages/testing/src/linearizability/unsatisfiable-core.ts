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
