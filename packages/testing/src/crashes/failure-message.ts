import { resolve } from "node:path";
import { describePoint, type TimelineEntry } from "./crash-point.ts";
import type { CrashRun } from "./crash-run.ts";

/** A run that failed. */
export interface CrashFailure {
  /** The crash points at which the process died, for `options.crashes`. Empty for the run without a crash. */
  readonly crashes: readonly number[];
  /** A description of these points. */
  readonly where: string;
  /** What is wrong with the run, one sentence each. */
  readonly problems: readonly string[];
  /** Everything in one text, with the timeline of the run and the call that repeats it. */
  readonly message: string;
  /** What `renderTimeline` draws. It is not enumerable, so that a printed failure stays short. */
  readonly run: Pick<CrashRun, "history" | "timeline">;
}

/** The middle of a longer timeline is left out. */
const TIMELINE_LINES = 60;

/**
 * @param found.source the option that led to the run, if it was a random one
 * @param found.report the file that has its timeline
 */
export function crashFailure(
  { timeline, history }: CrashRun,
  problems: readonly string[],
  { source, report }: { readonly source: string | undefined; readonly report: string | undefined },
): CrashFailure {
  const crashes = timeline.flatMap(({ crashed }, index) => (crashed ? [index + 1] : []));
  const where = whereItDied(timeline);
  const message = [
    `${where}:`,
    ...problems.map((problem) => `  - ${problem}`),
    "What happened:",
    ...timelineLines(timeline),
    ...(source === undefined ? [] : [`Found by ${source}.`]),
    ...(report === undefined ? [] : [`Timeline: ${resolve(report)}`]),
    `Just this again: await exploreCrashes(handler, { ...options, crashes: [${crashes.join(", ")}] })`,
  ].join("\n");
  const failure = { crashes, where, problems, message, run: { history, timeline } };
  return Object.defineProperty(failure, "run", { enumerable: false });
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
