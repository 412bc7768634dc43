import type { HistoryEvent } from "../replay/history-event.ts";
import type { Moment } from "./timeline.ts";

/** A part of an operation during which its body can run, or the whole operation if it has no body. */
export interface Attempt {
  readonly start: Moment;
  /** Missing if it has not ended. */
  end?: Moment;
  failure?: HistoryEvent["error"];
  /** If another attempt follows. */
  retryDelaySeconds?: number;
}

/** An operation of a recorded execution, with the moments at which something happened to it. */
export interface RecordedOperation {
  readonly id: string;
  readonly started: HistoryEvent;
  readonly start: Moment;
  readonly attempts: Attempt[];
  end?: Moment;
  /** The event that closed it. */
  ended?: HistoryEvent;
}

/** Applies the event of an operation that happened at the moment. */
export function applyEvent(
  operations: Map<string, RecordedOperation>,
  event: HistoryEvent,
  moment: Moment,
): void {
  const { id = "", status, retryDelaySeconds, error } = event;
  const known = operations.get(id);
  if (known === undefined) {
    const operation = { id, started: event, start: moment, attempts: [{ start: moment }] };
    operations.set(id, operation);
    // A history that was cut has ends without a start.
    if (status !== "STARTED") applyEvent(operations, event, moment);
    return;
  }
  if (status === "STARTED") {
    known.attempts.push({ start: moment });
    return;
  }
  const attempt = known.attempts.at(-1);
  if (attempt !== undefined) {
    attempt.end = moment;
    if (error !== undefined) attempt.failure = error;
  }
  if (retryDelaySeconds !== undefined) {
    if (attempt !== undefined) attempt.retryDelaySeconds = retryDelaySeconds;
    return;
  }
  known.end = moment;
  known.ended = event;
}
