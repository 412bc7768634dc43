import type { CrashFailure } from "../crashes/failure-message.ts";
import { formatValue } from "../format-value.ts";
import { checkHistory, type HistoryOperation } from "../linearizability/history.ts";
import { readEvents } from "../replay/history.ts";
import type { ExecutionHistoryEvent } from "../service/execution-history.ts";
import { crashTimeline } from "./crash-timeline.ts";
import { executionTimeline, type LeftOut } from "./execution-timeline.ts";
import { historyTimeline } from "./history-timeline.ts";
import type { Timeline } from "./timeline.ts";

/** Anything that has a history of events, such as a `Simulation` or a `RunningSimulation`. */
export interface ExecutionWithHistory {
  readonly history: readonly ExecutionHistoryEvent[];
  /** The executions that it invoked, by the id of the operation that invoked them. */
  readonly invoked?: Readonly<Record<string, ExecutionWithHistory>> | undefined;
}

/** The parsed JSON of GetDurableExecutionHistory. */
export interface ExecutionHistoryJson {
  readonly Events: readonly object[];
  /** The histories of executions that it invoked, by the `Id` of the event that invoked them. The service does not return it. */
  readonly invoked?: Readonly<Record<string, ExecutionHistoryJson>> | undefined;
  /** The ids of the operations whose invoked executions are missing in `invoked`, to limit its size. Their bars say so. */
  readonly leftOut?: readonly string[] | undefined;
}

/** Everything of which a timeline can be drawn. */
export type TimelineSource =
  | ExecutionWithHistory
  | CrashFailure
  | readonly HistoryOperation[]
  | ExecutionHistoryJson
  | readonly ExecutionHistoryEvent[];

const REMEDY =
  "pass a Simulation, a failure of exploreCrashes, a history as checkLinearizable takes it, or the parsed JSON of " +
  "aws lambda get-durable-execution-history";

/** @throws TypeError naming what was given and what to pass instead */
export function timelineOf(source: unknown): Timeline {
  if (typeof source !== "object" || source === null) throw unusable(source);
  if (Array.isArray(source)) return arrayTimeline(source);
  if ("Events" in source) {
    const leftOut = leftOutOf(source);
    return executionTimeline(readEvents(source).events, { invoked: invokedBy(source), leftOut });
  }
  if ("run" in source && "where" in source) return crashTimeline(source as CrashFailure); // by its own fields
  if (source instanceof Error) throw unusable(source);
  if ("crashes" in source && "message" in source) {
    throw new TypeError(
      `The source of a timeline is a crash failure without its run: a copy, for example by spread or JSON, does not ` +
        `have it. Pass the failure that exploreCrashes returned.`,
    );
  }
  if (!("history" in source)) throw unusable(source);
  return executionTimeline(readEvents(source.history).events, { invoked: invokedBy(source) });
}

function invokedBy(source: object): ReadonlyMap<string, Timeline> {
  const { invoked = {} } = source as { readonly invoked?: unknown };
  if (typeof invoked !== "object" || invoked === null || Array.isArray(invoked)) {
    throw new TypeError(
      `The executions that were invoked are ${formatValue(invoked)}; pass an object that has a history for the id of each operation.`,
    );
  }
  return new Map(Object.entries(invoked).map(([id, callee]) => [id, timelineOf(callee)]));
}

/** The operations whose invoked executions are left out, and how many there are with those of the executions below. */
function leftOutOf(source: object): LeftOut {
  const { leftOut = [], invoked = {} } = source as Partial<ExecutionHistoryJson>;
  if (!Array.isArray(leftOut) || leftOut.some((id) => typeof id !== "string")) {
    throw new TypeError(
      `The executions that are left out are ${formatValue(leftOut)}; pass an array of the ids of the operations that invoked them.`,
    );
  }
  const below = Object.values(Object(invoked) as Record<string, object>).map((each) => leftOutOf(each).total);
  return { ids: new Set(leftOut), total: below.reduce((sum, count) => sum + count, leftOut.length) };
}

function arrayTimeline(source: readonly unknown[]): Timeline {
  const [first] = source;
  if (first === undefined) {
    throw new TypeError(
      `The source of a timeline is an empty array, of which nothing can be drawn; ${REMEDY}.`,
    );
  }
  if (Object.hasOwn(Object(first) as object, "EventType"))
    return executionTimeline(readEvents(source).events);
  checkHistory(source);
  return historyTimeline(source as readonly HistoryOperation[]); // just checked
}

function unusable(source: unknown): TypeError {
  return new TypeError(`The source of a timeline is ${formatValue(source)}; ${REMEDY}.`);
}
