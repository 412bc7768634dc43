import type { HistoryEvent } from "../replay/history-event.ts";
import { occurrencesOf, type ObservedPoint, type Occurrence } from "./execution-sequence.ts";
import { Moments } from "./moments.ts";
import { applyEvent, type RecordedOperation } from "./read-operations.ts";
import type { Mark, Moment } from "./timeline.ts";

export interface RecordedInvocation {
  readonly number: number;
  readonly start: Moment;
  /** Where the replay of completed operations ended: at the start, if none was replayed. */
  readonly replayedUntil: Moment;
  /** The operations that were replayed. */
  readonly replayed: number;
  /** Missing if it has not ended. */
  end?: Moment;
  failure?: string;
}

/** A call of a dependency. */
export interface RecordedCall {
  readonly label: string;
  readonly start: Moment;
  end?: Moment;
  hasAnswer: boolean;
}

/** An execution whose events have moments. */
export interface ExecutionRecord {
  readonly moments: Moments;
  readonly operations: Map<string, RecordedOperation>;
  readonly invocations: RecordedInvocation[];
  readonly calls: RecordedCall[];
  readonly marks: Mark[];
  readonly started: HistoryEvent | undefined;
  readonly ended: HistoryEvent | undefined;
}

/** Gives every event, every call and every crash a moment. */
export function recordOf(
  events: readonly HistoryEvent[],
  points: readonly ObservedPoint[] = [],
): ExecutionRecord {
  const record: ExecutionRecord = {
    moments: new Moments(),
    operations: new Map(),
    invocations: [],
    calls: [],
    marks: [],
    started: events.find(({ type, status }) => type === "EXECUTION" && status === "STARTED"),
    ended: events.find(({ type, status }) => type === "EXECUTION" && status !== "STARTED"),
  };
  for (const occurrence of occurrencesOf(events, points)) apply(record, occurrence);
  return record;
}

function apply(record: ExecutionRecord, occurrence: Occurrence): void {
  const { time } = occurrence;
  switch (occurrence.kind) {
    case "invocation-start":
      return startInvocation(record, time);
    case "invocation-end":
      return endInvocation(record, time, occurrence.error);
    case "observed":
      return observe(record, time, occurrence.point);
    case "event": {
      const { event } = occurrence;
      const { moments, operations } = record;
      const isStart = event.status === "STARTED";
      const moment = isStart ? moments.start(time) : moments.end(time);
      if (event.type !== "EXECUTION") applyEvent(operations, event, moment);
    }
  }
}

function startInvocation({ moments, operations, invocations }: ExecutionRecord, time: number): void {
  const start = moments.start(time);
  let replayed = 0;
  for (const { end } of operations.values()) if (end !== undefined) replayed += 1;
  const replayedUntil = replayed === 0 ? start : moments.end(time);
  invocations.push({ number: invocations.length + 1, start, replayedUntil, replayed });
}

function endInvocation(
  { moments, invocations, calls, marks }: ExecutionRecord,
  time: number,
  error: HistoryEvent["error"],
): void {
  const invocation = invocations.at(-1);
  if (invocation === undefined) return;
  const end = moments.end(time);
  invocation.end = end;
  for (const call of calls) call.end ??= end;
  if (error === undefined) return;
  const known = marks.findLast(({ at }) => at > invocation.start);
  invocation.failure = known?.label ?? describeFailure(error);
  if (known === undefined) marks.push({ at: end, label: invocation.failure });
}

function describeFailure({ ErrorType = "", ErrorMessage = "" }: NonNullable<HistoryEvent["error"]>): string {
  const died = /^(Runtime|Sandbox)\./.test(ErrorType);
  const reason = ErrorMessage === "" ? ErrorType : ErrorMessage;
  return died ? `The process died (${ErrorType})` : `The invocation failed: ${reason || "unknown error"}`;
}

function observe({ moments, calls, marks }: ExecutionRecord, time: number, point: ObservedPoint): void {
  switch (point.kind) {
    case "call":
      calls.push({ label: point.label, start: moments.start(time), hasAnswer: false });
      return;
    case "answer": {
      const call = calls.find(({ label, end }) => label === point.label && end === undefined);
      if (call === undefined) return;
      call.end = moments.end(time);
      call.hasAnswer = true;
      return;
    }
    case "death":
      marks.push({ at: moments.end(time), label: point.label });
  }
}
