import type { HistoryEvent } from "../replay/history-event.ts";

/** What happens in an execution, in order. */
export type Occurrence =
  | { readonly kind: "invocation-start"; readonly time: number }
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
    const start = starts.get(index);
    if (start !== undefined) {
      time = Math.max(time, Math.min(event.timestamp.getTime(), start));
      occurrences.push({ kind: "invocation-start", time });
    }
    observe(index);
    time = Math.max(time, event.timestamp.getTime());
    if (event.type === "INVOCATION") {
      occurrences.push({ kind: "invocation-end", time, error: event.error });
    } else {
      occurrences.push({ kind: "event", time, event });
    }
  }
  observe(Infinity);
  return occurrences;
}

/** The time at which each invocation began, by the index of the event before which it goes. */
function invocationStarts(events: readonly HistoryEvent[]): ReadonlyMap<number, number> {
  const starts = new Map<number, number>();
  let from = 1;
  for (const [index, event] of events.entries()) {
    if (event.type !== "INVOCATION") continue;
    const time = event.invocationStart?.getTime();
    let start = from;
    while (start < index && comesBefore(events[start], time)) start += 1;
    starts.set(start, time ?? event.timestamp.getTime());
    from = index + 1;
  }
  // An invocation that has not ended yet.
  const open = events.findIndex((event, index) => index >= from && isByCode(event));
  const began = events[open]?.timestamp.getTime();
  if (began !== undefined) starts.set(open, began);
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
