const INTERVAL_MS = 2_000;

/** Nothing for what is done soon, a line every two seconds for what takes long. */
export function progressOnStderr(what: string, total: number): (done: number) => void {
  let next = Date.now() + INTERVAL_MS;
  return (done) => {
    if (Date.now() < next) return;
    next = Date.now() + INTERVAL_MS;
    process.stderr.write(`${what}: ${done} of ${total}\n`);
  };
}
