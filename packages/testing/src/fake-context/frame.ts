import { AsyncLocalStorage } from "node:async_hooks";

/** Which body is running: how a context used in the wrong place, and the origin of a log line, are recognised. */
export interface Frame {
  /** The execution the body belongs to; one FakeContext may run within another. */
  readonly execution: object;
  readonly id: string;
  readonly name: string | undefined;
  /** Counts from 1, in bodies that are retried. */
  readonly attempt: number | undefined;
}

/** The frame of the code that asks; undefined in the handler itself, which the test calls directly. */
export const frames = new AsyncLocalStorage<Frame>();
