import { AsyncLocalStorage } from "node:async_hooks";

/** The body that is running. It tells which context may be used, and where a log line comes from. */
export interface Frame {
  /** The execution of the body. One FakeContext may run within another. */
  readonly execution: object;
  readonly id: string;
  readonly name: string | undefined;
  /** Counts from 1. Undefined in bodies that are not retried. */
  readonly attempt: number | undefined;
}

/** The frame of the running code. It is undefined in the handler itself, which the test calls directly. */
export const frames = new AsyncLocalStorage<Frame>();
