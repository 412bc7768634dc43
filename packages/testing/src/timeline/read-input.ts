import type { CrashFailure } from "../crashes/crash-failure.ts";
import { formatValue } from "../format-value.ts";
import { checkHistory, type HistoryOperation } from "../linearizability/history.ts";
import { readEvents } from "../replay/history.ts";
import type { ExecutionHistoryEvent } from "../service/execution-history.ts";
import { crashTimeline } from "./crash-timeline.ts";
import { executionTimeline } from "./execution-timeline.ts";
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
    return executionTimeline(readEvents(source).events, { invoked: invokedBy(source) });
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
