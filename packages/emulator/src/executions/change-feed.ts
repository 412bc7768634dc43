import type { ChangedExecution } from "./execution-environment.ts";

/** Tells those who listen when something has happened to an execution. */
export class ChangeFeed {
  readonly #listeners = new Set<(execution: ChangedExecution) => void>();

  publish(execution: ChangedExecution): void {
    for (const listener of this.#listeners) listener(execution);
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: (execution: ChangedExecution) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
