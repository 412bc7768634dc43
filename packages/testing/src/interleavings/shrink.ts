import type { Run } from "./run-program.ts";
import type { Decision, Policy } from "./schedule.ts";

/** The number of runs for making one schedule simpler. */
const TRIES = 300;

/**
 * Searches a simpler schedule that fails too: one with fewer unusual choices, or with an earlier last one.
 *
 * @param rerun runs the program with another policy
 */
export async function shrink(failing: Run, rerun: (policy: () => Policy) => Promise<Run>): Promise<Run> {
  let best = failing;
  let tries = 0;
  const isBetter = async (keys: readonly string[]) => {
    tries += 1;
    const run = await rerun(() => followWherePossible(keys));
    if (run.failure === undefined || compare(sizeOf(run), sizeOf(best)) >= 0) return false;
    best = run;
    return true;
  };
  search: while (tries < TRIES) {
    for (const keys of candidates(best.decisions)) {
      if (tries >= TRIES) break search;
      if (await isBetter(keys)) continue search;
    }
    break;
  }
  return best;
}

/** The number of unusual choices, and the step of the last one. */
function sizeOf({ decisions }: Run): readonly number[] {
  const unusual = decisions.flatMap(({ chosen, usual }, index) => (chosen.key === usual.key ? [] : [index]));
  return [unusual.length, unusual.at(-1) ?? -1];
}

function compare(a: readonly number[], b: readonly number[]): number {
  return (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);
}

/**
 * Schedules that may be simpler: a prefix; two parts of one task joined at the first or at the second; two neighbouring
 * parts swapped; the last step of a part moved behind the next part.
 */
function* candidates(decisions: readonly Decision[]): Generator<readonly string[]> {
  const keys = decisions.map(({ chosen }) => chosen.key);
  for (const [index, { chosen, usual }] of decisions.entries()) {
    if (chosen.key !== usual.key) yield keys.slice(0, index);
  }
  const parts = partsOf(decisions);
  const joined = (some: readonly Part[]) => some.flatMap((part) => part.keys);
  for (const [index, here] of parts.entries()) {
    const before = parts.slice(0, index);
    const between = parts.slice(index + 1);
    const again = between.findIndex(({ task }) => task === here.task);
    const [same, after] = [between[again], between.slice(again + 1)];
    if (same !== undefined) {
      yield joined([...before, here, same, ...between.slice(0, again), ...after]);
      yield joined([...before, ...between.slice(0, again), here, same, ...after]);
    }
    const [next, ...rest] = between;
    if (next !== undefined) {
      yield joined([...before, next, here, ...rest]);
      const [most, last] = [here.keys.slice(0, -1), here.keys.slice(-1)];
      yield [...joined(before), ...most, ...next.keys, ...last, ...joined(rest)];
    }
  }
}

interface Part {
  readonly task: string;
  readonly keys: readonly string[];
}

/** The steps that a task makes in a row. */
function partsOf(decisions: readonly Decision[]): readonly Part[] {
  const parts: { readonly task: string; readonly keys: string[] }[] = [];
  for (const { chosen } of decisions) {
    const latest = parts.at(-1);
    if (latest?.task === chosen.task) latest.keys.push(chosen.key);
    else parts.push({ task: chosen.task, keys: [chosen.key] });
  }
  return parts;
}

/** Makes these choices if they are possible, and leaves out the others. */
function followWherePossible(keys: readonly string[]): Policy {
  let left = keys;
  return (options, usual) => {
    while (left.length > 0) {
      const [key] = left;
      left = left.slice(1);
      const option = options.find((each) => each.key === key);
      if (option !== undefined) return option;
    }
    return usual;
  };
}
