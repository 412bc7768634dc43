/** How far an exploration has come, in runs. */
export interface Progress {
  readonly done: number;
  /** As far as it is known: what a run does tells of others. */
  readonly total: number;
  readonly failures: number;
}

const INTERVAL_MS = 2_000;

/** Nothing for short explorations, a line every two seconds for long ones. */
export function progressOnStderr(what: string): (progress: Progress) => void {
  let next = Date.now() + INTERVAL_MS;
  return ({ done, total, failures }) => {
    if (Date.now() < next) return;
    next = Date.now() + INTERVAL_MS;
    process.stderr.write(`exploring ${what}: ${done} of ${total} runs, ${failures} failures\n`);
  };
}
