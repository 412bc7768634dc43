import type { OperationUpdate } from "@aws/durable-execution-sdk-js";
import type { ProtocolPoint } from "../simulator/faults.ts";
import type { DependencyCall } from "./crashable.ts";

/** Where a process can die: at a point of the durable protocol, or around a call of a dependency. */
export type CrashPoint = ProtocolPoint | DependencyCall;

/** One thing that happened, in order: a point that was passed, or at which the process died. */
export interface TimelineEntry {
  readonly point: CrashPoint;
  readonly crashed: boolean;
}

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

/** Where a process can die, in words. */
export function describePoint(point: CrashPoint): string {
  switch (point.at) {
    case "call":
      return `before the call of ${point.name}`;
    case "call-answer":
      return `after ${point.name} was carried out, before its answer arrived`;
    case "invocation-start":
      return `as invocation ${point.invocation} began`;
    case "invocation-end":
      return `as invocation ${point.invocation} ended, before its answer arrived`;
    case "checkpoint":
      return `before ${describeUpdates(point.updates)} landed`;
    case "checkpoint-answer":
      return `after ${describeUpdates(point.updates)} landed, before the answer arrived`;
    case "state-read":
      return "as the state was read";
    case "stale-call":
      return `as an invocation that was over tried ${describeUpdates(point.updates)}`;
  }
}

/** `START and SUCCEED of step "charge"` */
function describeUpdates(updates: readonly OperationUpdate[]): string {
  if (updates.length === 0) return "a poll";
  const byOperation = Map.groupBy(updates, ({ Id }) => Id);
  return Array.from(byOperation.values(), (group) => {
    const [{ Name, SubType, Type } = {}] = group;
    const kind = words(SubType ?? Type ?? "operation");
    const actions = group.map(({ Action }) => Action).join(" and ");
    return `${actions} of ${kind}${Name === undefined ? "" : ` "${Name}"`}`;
  }).join(", ");
}

/** `RunInChildContext` → `run in child context` */
function words(subType: string): string {
  return subType.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
}
