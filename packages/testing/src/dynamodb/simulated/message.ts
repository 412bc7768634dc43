import type { Input } from "./dynalite-actions.ts";

/**
 * A request on its way, for a program that decides what becomes of it. It stays where it is until the program says
 * so: it may be executed any number of times, at any time, and answered or not.
 */
export interface Message {
  /** From 1, in the order in which requests were sent. */
  readonly number: number;
  /** Such as `UpdateItem`. */
  readonly operation: string;
  /** What was asked, as DynamoDB's protocol writes it. */
  readonly input: Input;
  /** Whether the client has given up or was answered. */
  readonly isSettled: boolean;
  /** The engine carries it out now; returns the HTTP status of its reply. */
  execute(): number;
  /**
   * The client receives the reply of the last execution.
   *
   * @throws Error for a request that was never executed
   */
  reply(): void;
  /** The client's connection is reset. */
  reset(): void;
}
