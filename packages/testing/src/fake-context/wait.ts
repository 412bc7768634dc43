import type { Duration } from "@aws/durable-execution-sdk-js";
import { MAX_DURATION_SECONDS, secondsOf } from "../service/duration.ts";
import type { FakeExecution } from "./fake-execution.ts";
import { never, type Scope } from "./scope.ts";
import type { TraceEntry } from "./trace-entry.ts";

/** Runs a wait: it ends when the virtual clock has advanced by the duration. */
export async function runWait(scope: Scope, entry: TraceEntry, duration: Duration): Promise<void> {
  const { execution } = scope;
  entry.waitSeconds = pauseOf(execution, entry, duration);
  await execution.clock.sleep(entry.waitSeconds);
  // The service completes a wait when it is due, even if no code awaits it any more.
  entry.succeed();
  if (scope.isClosed()) return never();
}

/** The seconds that an operation pauses. A duration that the service would refuse ends the execution. */
export function pauseOf(execution: FakeExecution, entry: TraceEntry, duration: Duration): number {
  const seconds = secondsOf(duration);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_DURATION_SECONDS) return seconds;
  throw execution.terminate(
    new RangeError(
      `${entry} is to pause for ${seconds} s; the service takes whole seconds from 1 to ${MAX_DURATION_SECONDS} (366 days).`,
    ),
  );
}
