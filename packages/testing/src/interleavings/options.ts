import { described } from "../format-value.ts";
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

/** Per option, what it may be, and how to say so. */
const RULES: Readonly<
  Record<keyof ExploreInterleavingsOptions, readonly [(value: unknown) => unknown, remedy: string]>
> = {
  exhaustiveUpTo: [isFrom(0), "pass a whole number of schedules from 0"],
  runs: [isFrom(0), "pass a whole number of schedules from 0"],
  seed: [Number.isSafeInteger, "pass a whole number"],
  schedule: [keysOf, ""],
  timeoutMs: [isFrom(1), "pass a whole number of milliseconds from 1"],
  maxSteps: [isFrom(1), "pass a whole number of steps from 1"],
  onProgress: [(value) => typeof value === "function", "pass a function"],
};

/** @throws TypeError naming path, value and remedy */
export function checkOptions(options: unknown): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`options is ${described(options)}; pass an object such as { seed: 1 }.`);
  }
  for (const [key, value] of Object.entries(options)) {
    if (!Object.hasOwn(RULES, key)) {
      throw new TypeError(
        `options has the unknown key ${described(key)}; known are ${Object.keys(RULES).join(", ")}.`,
      );
    }
    // Just seen to be a key of the rules.
    const [isValid, remedy] = RULES[key as keyof ExploreInterleavingsOptions];
    if (value !== undefined && isValid(value) === false) {
      throw new TypeError(`options.${key} is ${described(value)}; ${remedy}.`);
    }
  }
}

function isFrom(minimum: number): (value: unknown) => boolean {
  return (value) => Number.isSafeInteger(value) && Number(value) >= minimum;
}
