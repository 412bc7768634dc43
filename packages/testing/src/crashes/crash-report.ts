import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { crashTimeline } from "../timeline/crash-timeline.ts";
import { timelinePage } from "../timeline/page.ts";
import type { CrashFailure } from "./crash-failure.ts";

/** A page with more timelines would be slow; the first failures usually have the same cause as the others. */
const TIMELINES = 20;

/** Fails before the exploration if the file cannot be written. Removes the report of an earlier exploration. */
export function prepareReport(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
}

/** Writes one page with a timeline for each failure. */
export function writeReport(file: string, failures: readonly CrashFailure[]): void {
  if (failures.length === 0) return;
  const shown = failures.slice(0, TIMELINES);
  const note =
    failures.length === shown.length
      ? ""
      : `The exploration has found ${failures.length} failures. These are the first ${shown.length}.`;
  writeFileSync(file, timelinePage(shown.map(crashTimeline), note));
}
