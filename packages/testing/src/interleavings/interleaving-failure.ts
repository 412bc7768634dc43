import type { Run } from "./run-program.ts";
import { scheduleOf } from "./schedule.ts";

/** A schedule for which the program failed. */
export interface InterleavingFailure {
  /** Which task continues at each step, such as `AAB`. After its end, a task continues as long as it can. */
  readonly schedule: string;
  /** The error that the program threw. */
  readonly error: unknown;
  /** The error, every step, and the call that repeats the schedule. */
  readonly message: string;
  /** How many schedules failed with this error. */
  readonly times: number;
}

/** The middle of a longer timeline is left out. */
const LINES = 60;
const INDENT = 2;

export function interleavingFailure(run: Run, times: number): InterleavingFailure {
  const schedule = scheduleOf(run.decisions);
  const error = run.failure?.error;
  const message = [
    `${schedule === "" ? "One task after the other" : `Schedule "${schedule}"`}: ${textOf(error)}`,
    "What happened:",
    ...timeline(run.steps),
    `Just this again: await exploreInterleavings(program, { schedule: "${schedule}" })`,
  ].join("\n");
  return { schedule, error, message, times };
}

/** The text by which failures are counted as the same. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Each task has its own column, so that switches are visible. */
function timeline(steps: Run["steps"]): readonly string[] {
  const names = [...new Set(steps.map(({ task }) => task))].toSorted();
  const lines = steps.map(({ task, text }) => `  ${" ".repeat(INDENT * names.indexOf(task))}${task} ${text}`);
  const excess = lines.length - LINES;
  return excess <= 0
    ? lines
    : [...lines.slice(0, LINES / 2), `  … ${excess} more`, ...lines.slice(-LINES / 2)];
}
