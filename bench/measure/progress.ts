const INTERVAL_MS = 2_000;

/** Prints a line every two seconds. Prints nothing for work that ends sooner. */
export function progressOnStderr(what: string, total: number): (done: number) => void {
  let next = Date.now() + INTERVAL_MS;
  return (done) => {
    if (Date.now() < next) return;
    next = Date.now() + INTERVAL_MS;
    process.stderr.write(`${what}: ${done} of ${total}\n`);
  };
}
