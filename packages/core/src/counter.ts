import type { BatchResult } from "./apply-commands.ts";
import type { Command } from "./command.ts";

/**
 * A counter on any state backend. All operations reject with a `CounterError`.
 *
 * @example
 * ```ts
 * const left: number = await counter.decrement(2);
 * const { value, results } = await counter.batch([increment(5), get()]);
 * ```
 */
export interface Counter {
  /**
   * Adds to the value.
   *
   * @param amount a safe integer ≥ 0, by default 1
   * @returns the value after
   * @throws CounterError `invalid-input`, `limit-exceeded`, and what the state backend fails with
   */
  increment(amount?: number): Promise<number>;
  /**
   * Subtracts from the value.
   *
   * @param amount a safe integer ≥ 0, by default 1
   * @returns the value after
   * @throws CounterError `invalid-input`, `limit-exceeded`, and what the state backend fails with
   */
  decrement(amount?: number): Promise<number>;
  /** Reads the value. */
  get(): Promise<number>;
  /**
   * Gives the counter a value, whatever it was before: for corrections and imports. `batch([set(value)])` also tells the value
   * before.
   *
   * @param value a safe integer
   * @returns the value after, which is a limit if the value is clamped to it
   * @throws CounterError `invalid-input`; `limit-exceeded` for a value outside the limits; and what the state backend fails with
   */
  set(value: number): Promise<number>;
  /**
   * Applies 1–1,000 commands in order, all or nothing.
   *
   * @returns the value after the last command, and one result per command
   * @throws CounterError `invalid-input`, `limit-exceeded`, and what the state backend fails with
   */
  batch(commands: readonly Command[]): Promise<BatchResult>;
}
