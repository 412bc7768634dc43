import type { Duration } from "@aws/durable-execution-sdk-js";
import { pauseOf } from "../service/duration.ts";
import { never, type Scope } from "./scope.ts";
import type { TraceEntry } from "./trace-entry.ts";

/** The wait: over when the clock has come so far. */
export async function runWait(scope: Scope, entry: TraceEntry, duration: Duration): Promise<void> {
  const { execution } = scope;
  await execution.clock.sleep(pauseOf(execution, entry, duration));
  // The service ends a wait when it is due, whether or not anybody still waits for it.
  entry.succeed();
  if (scope.isClosed()) return never();
}
