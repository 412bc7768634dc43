import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { runSchedule } from "./exactly-once.schedule.fixture.ts";
import type { SmallProgram } from "./exactly-once.small-program.fixture.ts";

export interface Exploration {
  /** How many schedules there are: paths from the start to an end. */
  readonly schedules: number;
  /** How many runs it took. */
  readonly runs: number;
  readonly failures: readonly {
    readonly violations: readonly string[];
    readonly steps: readonly string[];
    readonly schedule: string;
  }[];
  readonly isComplete: boolean;
}

export interface ExploreOptions {
  /** How many messages may be lost, late or duplicated. */
  readonly maxFaults: number;
  /** How many runs are made at most. By default as many as there are. */
  readonly maxRuns?: number;
  /** Explores at random, for fewer runs than there are. */
  readonly seed?: number;
  /** Just this one, as a failure names it. */
  readonly schedule?: string;
}

/**
 * Runs a program under every order in which its messages can be executed, with every fate of each: it is answered, its
 * reply is lost, it is lost for good, it arrives later than anything that follows, a copy of it arrives later.
 *
 * Schedules that lead to the same state are run on from it only once. A state is all that the rest of a run can depend
 * on: the writes that the engine has carried out, in their order; what each process was answered, in its order; what is
 * under way or held up; the clock; and what the referee remembers. The processes share nothing else, so from there on
 * the same choices have the same consequences. All schedules are counted, those that were merged included.
 */
export async function explore(
  program: SmallProgram,
  { maxFaults, maxRuns = Infinity, seed, schedule }: ExploreOptions,
): Promise<Exploration> {
  const nodes = new Map<string, (string | undefined)[]>();
  const failures: Exploration["failures"][number][] = [];
  const unexplored: (readonly number[])[] = [
    schedule === undefined ? [] : schedule.split(".").filter(Boolean).map(Number),
  ];
  const next = pickerOf(unexplored, seed);
  let runs = 0;
  let root: string | undefined;
  while (unexplored.length > 0 && runs < maxRuns) {
    const prefix = next();
    runs += 1;
    const { taken, counts, states, steps, violations } = await runSchedule(
      program,
      prefix,
      maxFaults,
      (state) => nodes.has(state),
    );
    root ??= states[0];
    for (const [depth, state] of states.entries()) {
      if (counts[depth] === undefined) break; // where the run was left, or its end
      const children = nodes.get(state) ?? Array.from<string | undefined>({ length: counts[depth] ?? 0 });
      nodes.set(state, children);
      children[taken[depth] ?? 0] = states[depth + 1] ?? "end";
    }
    if (violations.length > 0) failures.push({ violations, steps, schedule: taken.join(".") });
    if (schedule !== undefined) break;
    for (let depth = prefix.length; depth < taken.length; depth++) {
      for (let choice = 1; choice < (counts[depth] ?? 0); choice++)
        unexplored.push([...taken.slice(0, depth), choice]);
    }
  }
  return { schedules: countPaths(root, nodes), runs, failures, isComplete: unexplored.length === 0 };
}

/** Takes out the latest; with a seed, any. */
function pickerOf(unexplored: (readonly number[])[], seed: number | undefined): () => readonly number[] {
  const simulation = createSimulatedDynamoDB({ seed: seed ?? 0 });
  return () => {
    const at =
      seed === undefined ? unexplored.length - 1 : Math.floor(simulation.random() * unexplored.length);
    return unexplored.splice(at, 1)[0] ?? [];
  };
}

function countPaths(
  root: string | undefined,
  nodes: ReadonlyMap<string, readonly (string | undefined)[]>,
): number {
  const paths = new Map<string, number>();
  const count = (state: string | undefined): number => {
    if (state === undefined) return 0;
    const children = nodes.get(state);
    if (children === undefined) return 1;
    const known = paths.get(state);
    if (known !== undefined) return known;
    const sum = children.reduce((total, child) => total + count(child), 0);
    paths.set(state, sum);
    return sum;
  };
  return count(root);
}
