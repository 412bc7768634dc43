import type { Duration, Operation } from "@aws/durable-execution-sdk-js";

/** The longest wait, callback timeout and retry delay that the service accepts, in seconds: 366 days. */
export const MAX_DURATION_SECONDS = 31_622_400;

/** Converts a duration to seconds. */
export function secondsOf(duration: Duration): number {
  const { days = 0, hours = 0, minutes = 0, seconds = 0 }: Partial<Record<string, number>> = duration;
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** How long a wait takes, in seconds. */
export function waitSecondsOf({ StartTimestamp: start, WaitDetails }: Operation): number | undefined {
  const end = WaitDetails?.ScheduledEndTimestamp;
  return start === undefined || end === undefined ? undefined : (end.getTime() - start.getTime()) / 1_000;
}
