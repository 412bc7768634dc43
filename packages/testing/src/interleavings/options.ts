import { checkOptions, isFunction, isWithin, type OptionRules } from "../check-options.ts";
import type { Progress } from "../progress.ts";
import { keysOf } from "./schedule.ts";

/** Options of `exploreInterleavings`. */
export interface ExploreInterleavingsOptions {
  /** All schedules are run if there are not more than this. Default 2,000. */
  readonly exhaustiveUpTo?: number | undefined;
  /** The number of random schedules if there are more. Default 1,000. */
  readonly runs?: number | undefined;
  /** The seed of the random schedules, a whole number. Default 0. */
  readonly seed?: number | undefined;
  /** Runs this schedule only, as a failure names it. */
  readonly schedule?: string | undefined;
  /**
   * Milliseconds of real time without progress after which a run counts as stuck. Default 5,000. After a fifth of it,
   * the other tasks continue without a task that is at no scheduling point.
   */
  readonly timeoutMs?: number | undefined;
  /** Steps after which a run is stopped. Default 10,000. */
  readonly maxSteps?: number | undefined;
  /** Called after each schedule. Default: a line on stderr every two seconds. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const RULES: OptionRules<ExploreInterleavingsOptions> = {
  exhaustiveUpTo: [isWithin(0), "pass a whole number of schedules from 0"],
  runs: [isWithin(0), "pass a whole number of schedules from 0"],
  seed: [Number.isSafeInteger, "pass a whole number"],
  schedule: [keysOf, ""], // throws a message of its own
  timeoutMs: [isWithin(1), "pass a whole number of milliseconds from 1"],
  maxSteps: [isWithin(1), "pass a whole number of steps from 1"],
  onProgress: [isFunction, "pass a function"],
};

/** @throws TypeError naming the option, its value and the remedy */
export function checkInterleavingOptions(options: unknown): void {
  checkOptions(options, RULES, "{ seed: 1 }");
}
