import type { Arena } from "./arena.ts";
import type { Report } from "./report.ts";

/** A question of speed or memory, answered by measuring. */
export interface Bench {
  /** What is compared with what, in a line. */
  readonly title: string;
  readonly contenders: Readonly<Record<string, Contender>>;
  readonly measure: (arena: Arena) => Promise<Report>;
}

/** One way to do the work that is compared; it has a process to itself. */
export interface Contender {
  /** Done once, and not measured. */
  readonly setUp?: () => Promise<unknown>;
  /** Does the work once; what it comes to is plain data. */
  readonly run: () => Promise<unknown>;
  /** What is measured, in milliseconds; by default the CPU time of the process. */
  readonly clock?: () => number;
}
