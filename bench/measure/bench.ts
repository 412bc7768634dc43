import type { BenchRunner } from "./runner.ts";
import type { Report } from "./report.ts";

/** A question of speed or memory, answered by measuring. */
export interface Bench {
  /** What is compared with what, in a line. */
  readonly title: string;
  readonly contenders: Readonly<Record<string, Contender>>;
  readonly measure: (runner: BenchRunner) => Promise<Report>;
}

/** One way to do the work that is compared. It has a process of its own. */
export interface Contender {
  /** Called once. Not measured. */
  readonly setUp?: () => Promise<unknown>;
  /** Does the work once. The result is plain data. */
  readonly run: () => Promise<unknown>;
  /** The clock to measure with, in milliseconds. By default the CPU time of the process. */
  readonly clock?: () => number;
}
