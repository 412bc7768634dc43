/** How far an exploration has come. */
export interface InterleavingProgress {
  /** Schedules run. */
  readonly done: number;
  /** Schedules to run, as far as is known. */
  readonly total: number;
  readonly failures: number;
}

const INTERVAL_MS = 2_000;

/** Nothing for short explorations, a line every two seconds for long ones. */
export function progressOnStderr(): (progress: InterleavingProgress) => void {
  let next = Date.now() + INTERVAL_MS;
  return ({ done, total, failures }) => {
    if (Date.now() < next) return;
    next = Date.now() + INTERVAL_MS;
    process.stderr.write(`exploring interleavings: ${done} of ${total} schedules, ${failures} failures\n`);
  };
}
