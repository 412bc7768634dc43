import type { CrashPoint, TimelineEntry } from "./crash-run.ts";

/**
 * A point that was passed in one run, so that another run can be crashed at the same one. It is known by what
 * happens there, not by its number: how a body that does I/O and its checkpoints fall into step differs from run to
 * run, and a number would then mean its neighbour.
 */
export interface CrashTarget {
  readonly point: CrashPoint;
  /** The n-th time that this point comes, counted from the crash before. */
  readonly occurrence: number;
}

/**
 * The target that is the n-th entry of a timeline.
 *
 * @param number counted from 1
 * @throws RangeError where the run did not pass so many points
 */
export function targetOf(timeline: readonly TimelineEntry[], number: number): CrashTarget {
  const entry = timeline[number - 1];
  if (entry === undefined) {
    throw new RangeError(
      `There is no crash point ${number}: this run passes ${timeline.length}. Pass points from 1 to ${timeline.length}.`,
    );
  }
  const since = timeline.slice(0, number - 1).findLastIndex(({ crashed }) => crashed) + 1;
  const occurrence = timeline.slice(since, number).filter(({ point }) => isSame(entry.point, point)).length;
  return { point: entry.point, occurrence };
}

/** Whether `found` is the point that `wanted` was in another run. */
export function isSame(wanted: CrashPoint, found: CrashPoint): boolean {
  if (wanted.at !== found.at) return false;
  if ("name" in wanted) return "name" in found && found.name === wanted.name;
  if (!("arn" in found) || found.arn !== wanted.arn) return false;
  if (!("updates" in wanted) || !("updates" in found)) return true;
  // Updates travel together or apart, as it happens; the last one tells what the call was for.
  const last = wanted.updates.at(-1);
  if (last === undefined) return found.updates.length === 0;
  return found.updates.some(({ Id, Action }) => Id === last.Id && Action === last.Action);
}
