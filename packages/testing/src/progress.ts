/** The progress of an exploration. */
export interface Progress {
  readonly done: number;
  /** As far as it is known. A run can add others. */
  readonly total: number;
  readonly failures: number;
}

const INTERVAL_MS = 2_000;

/** Prints a line every two seconds. Short explorations print nothing. */
export function progressOnStderr(what: string): (progress: Progress) => void {
  let next = Date.now() + INTERVAL_MS;
  return ({ done, total, failures }) => {
    if (Date.now() < next) return;
    next = Date.now() + INTERVAL_MS;
    process.stderr.write(`exploring ${what}: ${done} of ${total} runs, ${failures} failures\n`);
  };
}
