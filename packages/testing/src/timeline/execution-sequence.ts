import type { HistoryEvent } from "../replay/history-event.ts";

/** What happens in an execution, in order. */
export type Occurrence =
  | { readonly kind: "invocation-start"; readonly time: number; readonly number: number }
  | {
      readonly kind: "invocation-end";
      readonly time: number;
      readonly error: HistoryEvent["error"];
    }
  | { readonly kind: "event"; readonly time: number; readonly event: HistoryEvent }
  | { readonly kind: "observed"; readonly time: number; readonly point: ObservedPoint };

/** What is known of a run beside its history. */
export interface ObservedPoint {
  /** How many events had happened before. */
  readonly after: number;
  /** Where the process died, or a call of a dependency. */
  readonly kind: "death" | "call" | "answer";
  readonly label: string;
}

/**
 * Puts everything in order. A history tells when an invocation began only as it ends: the beginning goes before the
 * first thing that its code did.
 */
export function occurrencesOf(
  events: readonly HistoryEvent[],
  points: readonly ObservedPoint[],
): readonly Occurrence[] {
  const starts = invocationStarts(events);
  const occurrences: Occurrence[] = [];
  let time = -Infinity;
  let next = 0;
  const observe = (index: number) => {
    for (let point = points[next]; point !== undefined && point.after <= index; point = points[++next]) {
      occurrences.push({ kind: "observed", time, point });
    }
  };
  for (const [index, event] of events.entries()) {
    const number = starts.get(index);
    const start = Math.max(time, Math.min(event.timestamp.getTime(), number?.time ?? Infinity));
    if (number !== undefined) {
      occurrences.push({ kind: "invocation-start", time: start, number: number.number });
      time = start;
    }
    observe(index);
    time = Math.max(time, event.timestamp.getTime());
    if (event.type === "INVOCATION") {
      occurrences.push({ kind: "invocation-end", time, error: event.error });
    } else {
      occurrences.push({ kind: "event", time, event });
    }
  }
  const last = starts.get(events.length);
  if (last !== undefined) occurrences.push({ kind: "invocation-start", time, number: last.number });
  observe(Infinity);
  return occurrences;
}

/** The index of the event before which an invocation began, with its number and its time. */
function invocationStarts(
  events: readonly HistoryEvent[],
): Map<number, { readonly number: number; readonly time: number }> {
  const starts = new Map<number, { number: number; time: number }>();
  let from = 1;
  let number = 0;
  for (const [index, event] of events.entries()) {
    if (event.type !== "INVOCATION") continue;
    const time = event.invocationStart?.getTime() ?? event.timestamp.getTime();
    let start = from;
    while (start < index && comesBefore(events[start], event.invocationStart?.getTime())) start += 1;
    starts.set(start, { number: (number += 1), time });
    from = index + 1;
  }
  // An invocation that has not ended yet.
  for (let index = from; index < events.length; index += 1) {
    const event = events[index];
    if (event === undefined || !isByCode(event)) continue;
    starts.set(index, { number: number + 1, time: event.timestamp.getTime() });
    break;
  }
  return starts;
}

function comesBefore(event: HistoryEvent | undefined, start: number | undefined): boolean {
  if (event === undefined) return false;
  const time = event.timestamp.getTime();
  return !isByCode(event) && (start === undefined || time <= start);
}

/** Whether only running code can have caused the event. */
function isByCode({ type, status }: HistoryEvent): boolean {
  return type === "STEP" || type === "CONTEXT" || (type !== "EXECUTION" && status === "STARTED");
}
