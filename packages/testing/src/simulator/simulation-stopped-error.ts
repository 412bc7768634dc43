/** A simulation that was stopped because it would never end. Its message lists what the execution waits for. */
export class SimulationStoppedError extends Error {
  override readonly name = "SimulationStoppedError";
  /** In words, one entry per operation that is still open. */
  readonly waitingFor: readonly string[];

  constructor(what: string, waitingFor: readonly string[], remedy: string) {
    const list =
      waitingFor.length === 0
        ? "It waits for no durable operation: a promise outside of them never settled."
        : `It waits for:\n${waitingFor.map((item) => `  - ${item}`).join("\n")}`;
    super(`${what} ${list}\n${remedy}`);
    this.waitingFor = waitingFor;
  }
}

/** Settles like `promise`, or rejects with `stopped()` when that takes longer than `milliseconds` of real time. */
export function withinTime<T>(promise: Promise<T>, milliseconds: number, stopped: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(stopped()), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
