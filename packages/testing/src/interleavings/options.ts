import { checkOptions, isFunction, isWithin, type OptionRules } from "../check-options.ts";
import type { Progress } from "../progress.ts";
import { keysOf } from "./schedule.ts";

/** How to explore. */
export interface ExploreInterleavingsOptions {
  /** The most schedules there may be for all of them to be run. Default 2,000. */
  readonly exhaustiveUpTo?: number | undefined;
  /** Schedules to try where there are more. Default 1,000. */
  readonly runs?: number | undefined;
  /** Which these are: another whole number, other schedules. Default 0. */
  readonly seed?: number | undefined;
  /** Just this schedule, as a failure names it. */
  readonly schedule?: string | undefined;
  /**
   * Real milliseconds after which a run is stuck where nothing happens, by default 5,000; and a fifth of it, after
   * which the other tasks go on without one that is at no scheduling point.
   */
  readonly timeoutMs?: number | undefined;
  /** Steps after which a run is given up, by default 10,000. */
  readonly maxSteps?: number | undefined;
  /** By default a line on stderr every two seconds. */
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
