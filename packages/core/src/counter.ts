import type { BatchResult } from "./apply.ts";
import type { Command } from "./command.ts";

/** The one face of every home of a counter. All operations reject with a `CounterError`. */
export interface Counter {
  /** Adds `amount`, a safe integer from 0, by default 1. Resolves to the value after. */
  increment(amount?: number): Promise<number>;
  /** Subtracts `amount`, a safe integer from 0, by default 1. Resolves to the value after. */
  decrement(amount?: number): Promise<number>;
  /** The value now. */
  get(): Promise<number>;
  /** Applies 1–1,000 commands in order, all or nothing. */
  batch(commands: readonly Command[]): Promise<BatchResult>;
}
