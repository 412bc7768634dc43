import type { OperationUpdate } from "@aws/durable-execution-sdk-js";
import type { ProtocolPoint } from "../simulator/protocol-point.ts";
import type { DependencyCall } from "./crashable.ts";

/** A point at which a process can die: at a step of the durable protocol, or around the call of a dependency. */
export type CrashPoint = ProtocolPoint | ProcessCall;

/** The call of a dependency by the process of an execution. */
export type ProcessCall = DependencyCall & Pick<ProtocolPoint, "arn" | "invokedFunction">;

/** A crash point that a run has passed, or at which its process died. */
export interface TimelineEntry {
  readonly point: CrashPoint;
  readonly crashed: boolean;
  /** How many events the history had at this point. */
  readonly after: number;
}

/**
 * Identifies a crash point, so that another run can crash at the same point. It is identified by what happens there and
 * not by its number, because concurrent I/O can change the order of the points.
 */
export interface CrashTarget {
  readonly point: CrashPoint;
  /** Counts how often the point has been passed since the previous crash, from 1. */
  readonly occurrence: number;
}

/**
 * The target for the n-th entry of a timeline.
 *
 * @param number counted from 1
 * @throws RangeError if the run passes fewer points
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

/** Whether `found` is the same point in another run. */
export function isSame(wanted: CrashPoint, found: CrashPoint): boolean {
  if (wanted.at !== found.at) return false;
  if (found.arn !== wanted.arn) return false;
  if ("name" in wanted) return "name" in found && found.name === wanted.name;
  if (!("updates" in wanted) || !("updates" in found)) return true;
  // The SDK may send updates together or one by one. The last update identifies the call.
  const last = wanted.updates.at(-1);
  if (last === undefined) return found.updates.length === 0;
  return found.updates.some(({ Id, Action }) => Id === last.Id && Action === last.Action);
}

/** Describes a crash point. */
export function describePoint(point: CrashPoint): string {
  const { invokedFunction } = point;
  const what = describe(point);
  return invokedFunction === undefined ? what : `${what}, in the invoked function "${invokedFunction}"`;
}

function describe(point: CrashPoint): string {
  switch (point.at) {
    case "call":
      return `before the call of ${point.name}`;
    case "call-answer":
      return `after ${point.name} ran, before its reply arrived`;
    case "invocation-start":
      return `as invocation ${point.invocation} began`;
    case "invocation-end":
      return `as invocation ${point.invocation} ended, before its reply arrived`;
    case "checkpoint":
      return `before ${describeUpdates(point.updates)} was stored`;
    case "checkpoint-answer":
      return `after ${describeUpdates(point.updates)} was stored, before the reply arrived`;
    case "state-read":
      return "as the state was read";
    case "refusal":
      return `as the service refused ${describeUpdates(point.updates)}`;
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
