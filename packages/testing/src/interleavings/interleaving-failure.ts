import type { Run } from "./run-program.ts";
import { scheduleOf } from "./schedule.ts";

/** A schedule under which the program failed. */
export interface InterleavingFailure {
  /** Who goes on, step by step, as `AAB`; from its end on, a task goes on as long as it can. */
  readonly schedule: string;
  /** What the program threw. */
  readonly error: unknown;
  /** What went wrong, every step, and the line that runs just this again. */
  readonly message: string;
  /** How many of the schedules failed with this error. */
  readonly times: number;
}

/** A longer timeline is cut in its middle. */
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

/** The same for failures that are alike. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Each task has its own column, so that switches can be seen. */
function timeline(steps: Run["steps"]): readonly string[] {
  const names = [...new Set(steps.map(({ task }) => task))].toSorted();
  const lines = steps.map(({ task, text }) => `  ${" ".repeat(INDENT * names.indexOf(task))}${task} ${text}`);
  const excess = lines.length - LINES;
  return excess <= 0
    ? lines
    : [...lines.slice(0, LINES / 2), `  … ${excess} more`, ...lines.slice(-LINES / 2)];
}
