import type { Duration } from "@aws/durable-execution-sdk-js";
import type { Execution } from "../fake-context/fake-execution.ts";
import type { TraceEntry } from "../fake-context/trace-entry.ts";

/** What the service accepts for a wait or the delay before the next attempt: 366 days. */
const MAX_SECONDS = 31_622_400;

/** A duration in seconds. */
export function secondsOf(duration: Duration): number {
  const { days = 0, hours = 0, minutes = 0, seconds = 0 }: Partial<Record<string, number>> = duration;
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** The seconds an operation is to pause; ends the execution, as the service does, where it would not accept them. */
export function pauseOf(execution: Execution, entry: TraceEntry, duration: Duration): number {
  const seconds = secondsOf(duration);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_SECONDS) return seconds;
  throw execution.terminate(
    new RangeError(
      `${entry} is to pause for ${seconds} s; the service takes whole seconds from 1 to ${MAX_SECONDS} (366 days).`,
    ),
  );
}
