/** How far an exploration has come. */
export interface Progress {
  readonly done: number;
  /** As far as it is known: the first crash of a pair tells how many second ones there are. */
  readonly total: number;
  readonly failures: number;
}

const INTERVAL_MS = 2_000;

/** Nothing for short explorations, a line every two seconds for long ones. */
export function progressOnStderr(): (progress: Progress) => void {
  let next = Date.now() + INTERVAL_MS;
  return ({ done, total, failures }) => {
    if (Date.now() < next) return;
    next = Date.now() + INTERVAL_MS;
    process.stderr.write(`exploring crashes: ${done} of ${total} runs, ${failures} failures\n`);
  };
}
