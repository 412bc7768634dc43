import type { StoreWithHolds } from "@durable-counter/core";
import type { ExecutionRecord } from "./execution-record.ts";

/** A read of a counter by the soak itself, in milliseconds since 1970. */
export interface Read {
  readonly start: number;
  readonly end: number;
  readonly value: number;
}

/** Executions that share counters, and what was seen of them. */
export interface Group {
  /** Names its counters. */
  readonly number: number;
  readonly records: readonly ExecutionRecord[];
  /** Reads of the counter while executions ran, and one at the end. */
  readonly reads: readonly Read[];
}

/** A durable handler under test, with events for it and what must be true in the end. */
export interface Workload {
  /** The file of the handler. */
  readonly file: string;
  /** The counter of a group, if it lies in the table. */
  counterOf(group: number): string | undefined;
  /** Gives the counter of a group its first value, before any execution. */
  prepare(store: StoreWithHolds, group: number): Promise<void>;
  event(number: number, group: number): object;
  /** Whether a callback that the execution opens is completed, or else failed. */
  answers?(number: number): boolean;
  /** The value that the counter must have, as the executions tell it. */
  expectedValue(group: Group): number | undefined;
  /** What contradicts itself in what was seen, in words. */
  contradictions(group: Group): readonly string[];
  /** How many operations on counters the records tell of. */
  operationsOf(group: Group): number;
}
