import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { crashTimeline } from "../timeline/crash-timeline.ts";
import { timelinePage } from "../timeline/page.ts";
import type { CrashFailure } from "./failure-message.ts";

/** A page with more timelines would be slow, and the simplest failures usually have the same cause as the others. */
const TIMELINES = 20;

/** Fails before the exploration if the file cannot be written. Removes the report of an earlier exploration. */
export function prepareReport(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
}

/** Writes one page with a timeline for each failure, the one with the fewest crashes first. */
export function writeReport(file: string, failures: readonly CrashFailure[]): void {
  if (failures.length === 0) return;
  const bySimplicity = failures.toSorted((a, b) => a.crashes.length - b.crashes.length);
  const shown = bySimplicity.slice(0, TIMELINES);
  const note =
    failures.length === shown.length
      ? ""
      : `The exploration has found ${failures.length} failures. These ${shown.length} have the fewest crashes.`;
  writeFileSync(file, timelinePage(shown.map(crashTimeline), note));
}
