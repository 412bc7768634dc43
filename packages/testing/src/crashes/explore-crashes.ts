import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { checkOptions, isFunction, isWithin, type OptionRules } from "../check-options.ts";
import { checkSimulateOptions, type SimulateOptions } from "../simulator/options.ts";
import type { Simulation } from "../simulator/simulation.ts";
import { crashFailure, type CrashFailure } from "./crash-failure.ts";
import { runWithCrashes, type CrashRun } from "./crash-run.ts";
import { targetOf, type CrashTarget } from "./crash-point.ts";
import { differences, irregularities, type Compare, type Normalize } from "./differences.ts";
import { progressOnStderr, type Progress } from "../progress.ts";

export interface ExploreCrashesOptions<Result = unknown> extends SimulateOptions {
  /** Sets the stage anew before every run: empties stores, resets counters. */
  readonly beforeEach?: (() => unknown) | undefined;
  /** Looks at a run that has ended, crashed or not; what it throws is a failure. */
  readonly check?: ((simulation: Simulation<Result>) => unknown) | undefined;
  /**
   * `1`, the default: every point once. `2`: every pair as well, for short programs. A list: just the run that dies
   * at these points, as a failure names them.
   */
  readonly crashes?: 1 | 2 | readonly number[] | undefined;
  /** Takes away what rightly differs from run to run, such as a time that a step takes. Applied to every result. */
  readonly normalize?: Normalize | undefined;
  /**
   * `"operations"`, the default: result, error and operations must be the same. `"outcome"`: result and error alone,
   * for a function that rightly goes another way after a crash, as one that looks whether it has paid.
   */
  readonly compare?: Compare | undefined;
  /** Runs after which the exploration is given up, by default 20,000. */
  readonly maxRuns?: number | undefined;
  /** By default a line on stderr every two seconds. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const RULES: OptionRules<Omit<ExploreCrashesOptions, keyof SimulateOptions>> = {
  beforeEach: [isFunction, "pass a function"],
  check: [isFunction, "pass a function"],
  crashes: [isCrashes, "pass 1, 2, or a list of points such as [7]"],
  normalize: [isFunction, "pass a function"],
  compare: [(value) => value === "operations" || value === "outcome", 'pass "operations" or "outcome"'],
  maxRuns: [isWithin(1), "pass a whole number from 1"],
  onProgress: [isFunction, "pass a function"],
};

const ATTEMPTS = 3;

/** What came of an exploration. */
export interface CrashExploration {
  /** Points at which the run without a crash could have died. */
  readonly points: number;
  readonly runs: number;
  /** Crashes that did not come, although tried again: the program falls into step differently each time. */
  readonly unreached: number;
  readonly failures: readonly CrashFailure[];
}

/**
 * Runs a durable function once without a crash and then once for every point at which its process can die, on the
 * real durable SDK: around each checkpoint, as invocations begin and end, and around each call of a dependency that
 * is wrapped by `crashable`. Every run must come to the same result, error and operations, and leave nothing under
 * way.
 *
 * @param handler the function that `withDurableExecution` returned
 * @throws TypeError for options that are not known, RangeError for a crash point that does not exist
 * @throws SimulationStoppedError for a handler that does not end even without a crash
 */
export async function exploreCrashes<Result = unknown>(
  handler: DurableLambdaHandler,
  options: ExploreCrashesOptions<Result> = {},
): Promise<CrashExploration> {
  const { beforeEach, check, crashes = 1, normalize = same, compare = "operations", ...others } = options;
  const { maxRuns = 20_000, onProgress, ...given } = others;
  // Every run is the same execution, so that they can be compared.
  const simulation = { executionName: "exploration", ...given };
  checkSimulateOptions(simulation);
  checkOptions(
    { beforeEach, check, crashes, normalize, compare, maxRuns, onProgress },
    RULES,
    "{ crashes: 1 }",
  );
  const report = onProgress ?? progressOnStderr("crashes");
  const failures: CrashFailure[] = [];
  let runs = 0;
  let unreached = 0;

  const run = async (numbers: readonly number[], targets: readonly CrashTarget[], baseline?: Simulation) => {
    if (runs >= maxRuns) {
      throw new RangeError(
        `The exploration takes more than ${maxRuns} runs; raise options.maxRuns, or explore a shorter program.${soFar(failures)}`,
      );
    }
    runs++;
    await beforeEach?.();
    const ended = await runWithCrashes(handler, simulation, targets);
    const problems = await problemsOf(ended, baseline, { normalize, compare }, check);
    if (problems.length > 0 && ended.reached) failures.push(crashFailure(numbers, ended, problems));
    return ended;
  };
  /** As {@link run}, once more where a crash did not come: a body that does I/O may be late, but not each time. */
  const crash = async (numbers: readonly number[], targets: readonly CrashTarget[], baseline: Simulation) => {
    for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
      const ended = await run(numbers, targets, baseline);
      if (ended.reached) return ended;
    }
    const ended = await run(numbers, targets, baseline);
    if (!ended.reached) unreached++;
    return ended;
  };

  const uncrashed = await run([], []);
  if (uncrashed.simulation === undefined) throw uncrashed.stopped;
  const baseline = uncrashed.simulation;
  const points = uncrashed.timeline.length;
  const result = () => ({ points, runs, unreached, failures });
  // What is wrong without a crash would be wrong in every run, and hide what a crash does.
  if (failures.length > 0) return result();

  if (typeof crashes !== "number") {
    let { timeline } = uncrashed;
    const targets: CrashTarget[] = [];
    for (const [index, number] of crashes.entries()) {
      targets.push(targetOf(timeline, number));
      failures.length = 0; // of the crashes before alone
      ({ timeline } = await crash(crashes.slice(0, index + 1), targets, baseline));
    }
    return result();
  }

  let total = points;
  const progress = () => report({ done: runs - 1, total, failures: failures.length });
  for (let first = 1; first <= points; first++) {
    const one = targetOf(uncrashed.timeline, first);
    const { timeline } = await crash([first], [one], baseline);
    if (crashes === 2) {
      total += timeline.length - first;
      for (let second = first + 1; second <= timeline.length; second++) {
        await crash([first, second], [one, targetOf(timeline, second)], baseline);
        progress();
      }
    }
    progress();
  }
  return result();
}

async function problemsOf<Result>(
  { simulation, stopped, ...stray }: CrashRun,
  baseline: Simulation | undefined,
  how: { readonly normalize: Normalize; readonly compare: Compare },
  check: ExploreCrashesOptions<Result>["check"],
): Promise<readonly string[]> {
  if (simulation === undefined) return baseline === undefined ? [] : [`It did not end. ${String(stopped)}`];
  const problems = [...irregularities(simulation, stray)];
  if (baseline !== undefined) problems.push(...differences(baseline, simulation, how));
  try {
    await check?.(simulation as Simulation<Result>); // the caller names the type of what the handler returns
  } catch (error) {
    problems.push(`The check failed: ${error instanceof Error ? error.message : String(error)}`);
  }
  return problems;
}

/** What was found must not be lost with the rest. */
function soFar([first, ...others]: readonly CrashFailure[]): string {
  return first === undefined
    ? ""
    : ` It has found ${others.length + 1} failures so far, first this one:\n${first.message}`;
}

function same(value: unknown): unknown {
  return value;
}

function isCrashes(crashes: unknown): boolean {
  return crashes === 1 || crashes === 2 || (Array.isArray(crashes) && crashes.every(isWithin(1)));
}
