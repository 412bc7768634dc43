import { describePoint, type TimelineEntry } from "./crash-point.ts";
import type { CrashRun } from "./crash-run.ts";

/** A run that went wrong. */
export interface CrashFailure {
  /** The points at which the process died; none for the run without a crash. */
  readonly crashes: readonly number[];
  /** Where it died, in words. */
  readonly where: string;
  /** What went wrong, a sentence each. */
  readonly problems: readonly string[];
  /** All of it, with the timeline of the run and the line that runs just this again. */
  readonly message: string;
}

/** A longer timeline is cut in its middle. */
const TIMELINE_LINES = 60;

/** @param source the option that led to the run, if it was a random one */
export function crashFailure(
  { timeline }: CrashRun,
  problems: readonly string[],
  source?: string,
): CrashFailure {
  const crashes = timeline.flatMap(({ crashed }, index) => (crashed ? [index + 1] : []));
  const where = whereItDied(timeline);
  const message = [
    `${where}:`,
    ...problems.map((problem) => `  - ${problem}`),
    "What happened:",
    ...timelineLines(timeline),
    ...(source === undefined ? [] : [`Found by ${source}.`]),
    `Just this again: await exploreCrashes(handler, { ...options, crashes: [${crashes.join(", ")}] })`,
  ].join("\n");
  return { crashes, where, problems, message };
}

function whereItDied(timeline: readonly TimelineEntry[]): string {
  const crashes = timeline.flatMap(({ point, crashed }) => (crashed ? [describePoint(point)] : []));
  return crashes.length === 0 ? "Without any crash" : `The process died ${crashes.join(", and again ")}`;
}

function timelineLines(timeline: readonly TimelineEntry[]): readonly string[] {
  const lines = timeline.map(
    ({ point, crashed }, index) =>
      `${crashed ? " ✗" : "  "} ${String(index + 1).padStart(4)} ${describePoint(point)}`,
  );
  const excess = lines.length - TIMELINE_LINES;
  if (excess <= 0) return lines;
  const head = lines.slice(0, TIMELINE_LINES / 2);
  const tail = lines.slice(-TIMELINE_LINES / 2);
  const hidden = lines.slice(head.length, -tail.length);
  return [...head, "     …", ...hidden.filter((line) => line.startsWith(" ✗")), "     …", ...tail];
}
