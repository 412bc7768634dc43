import { checkOptions, isFunction, isOneOf, isWithin, matches, type OptionRules } from "../check-options.ts";
import type { Progress } from "../progress.ts";
import { checkSimulateOptions, type SimulateOptions } from "../simulator/options.ts";
import type { Simulation } from "../simulator/simulation.ts";
import type { Compare, Normalize, Unfinished } from "./differences.ts";
import { RANDOM_RULES, type RandomCrashes } from "./simulate-with-crashes.ts";

/** A random sample of runs with several crashes each. */
export interface CrashSample extends RandomCrashes {
  /** How many runs, from 1. */
  readonly runs: number;
}

/** Options of `exploreCrashes`, beside those of `simulate`. */
export interface ExploreCrashesOptions<Result = unknown> extends SimulateOptions {
  /** Runs before every run. Empty stores and reset counters here. */
  readonly beforeEach?: (() => unknown) | undefined;
  /** Checks a run that has ended. An error that it throws is a failure. */
  readonly check?: ((simulation: Simulation<Result>) => unknown) | undefined;
  /**
   * Where processes die. `1`, the default: one run for every crash point. `2`: also one run for every pair of points;
   * use it for short programs. `{ runs, chance?, seed? }`: a random sample of runs with several crashes each. A list
   * of points: just the run that dies at these points, as a failure names them.
   */
  readonly crashes?: 1 | 2 | CrashSample | readonly number[] | undefined;
  /** Removes from each result what may differ from run to run, such as the time of day. */
  readonly normalize?: Normalize | undefined;
  /**
   * What must be the same as without a crash. `"operations"`, the default: the result, the error and all operations.
   * `"outcome"`: the result and the error, for a function that takes another path after a crash, for example one that
   * checks whether it has paid. `"none"`: nothing; only `check` decides, for example for a step that runs at most once
   * and is not retried, so that a crash fails it.
   */
  readonly compare?: Compare | undefined;
  /**
   * Whether a step, a context or a call of a dependency may be unfinished when the execution ends. `"report"`, the
   * default: it is a failure, because it is usually not awaited by mistake. `"allow"`: for a race, whose losers are left
   * behind.
   */
  readonly unfinished?: Unfinished | undefined;
  /** Runs after which the exploration is stopped. Default 20,000. */
  readonly maxRuns?: number | undefined;
  /**
   * A file that ends in `.html`: the exploration writes the timelines of its failures to it, and each failure names it.
   * If there is no failure, there is no file: that of an earlier exploration is removed. Default: no file.
   */
  readonly report?: string | undefined;
  /** Called after each run. Default: a line on stderr every two seconds. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const RULES: OptionRules<Omit<ExploreCrashesOptions, keyof SimulateOptions>> = {
  beforeEach: [isFunction, "pass a function"],
  check: [isFunction, "pass a function"],
  crashes: [isCrashes, "pass 1, 2, { runs: 100 }, or a list of points such as [7]"],
  normalize: [isFunction, "pass a function"],
  compare: [isOneOf("operations", "outcome", "none"), 'pass "operations", "outcome" or "none"'],
  unfinished: [isOneOf("report", "allow"), 'pass "report" or "allow"'],
  maxRuns: [isWithin(1), "pass a whole number from 1"],
  report: [matches(/\.html$/i), 'pass the path of a file that ends in .html, such as "crashes.html"'],
  onProgress: [isFunction, "pass a function"],
};

/**
 * Checks all options of an exploration.
 *
 * @returns those of `simulate`
 * @throws TypeError naming the option, its value and the remedy
 */
export function checkCrashOptions(options: object): SimulateOptions {
  const { own = [], others = [] } = Object.groupBy(Object.entries(options), ([key]) =>
    Object.hasOwn(RULES, key) ? "own" : "others",
  );
  const simulation = Object.fromEntries(others);
  checkSimulateOptions(simulation);
  checkOptions(Object.fromEntries(own), RULES, "{ crashes: 1 }");
  return simulation;
}

function isCrashes(crashes: unknown): boolean {
  if (crashes === 1 || crashes === 2) return true;
  if (typeof crashes !== "object" || crashes === null) return false;
  if (Array.isArray(crashes)) return crashes.every(isWithin(1));
  const { runs, ...random } = crashes as Readonly<Record<string, unknown>>; // an object, checked here
  checkOptions(random, RANDOM_RULES, "{ runs: 100 }");
  return isWithin(1)(runs);
}
