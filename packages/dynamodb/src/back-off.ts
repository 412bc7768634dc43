import { setTimeout } from "node:timers/promises";
import { untilAborted } from "./time-limit.ts";

const FIRST_MS = 20;
const MOST_MS = 1_000;

/** How often a write is attempted that other writers overtake. With many writers, the time limit of the call ends it first. */
export const MAX_OVERTAKEN = 100;

/** How often a request is made that DynamoDB throttles; each after as many attempts of the AWS SDK, which repeats no conflict. */
export const MAX_BUSY = 8;

/** How a store waits, and where its jitter comes from. Tests give both, so that no test waits and each can be repeated. */
export interface Waits {
  /** Resolves after that many milliseconds; rejects when the signal aborts. */
  readonly sleep: (ms: number, options?: { readonly signal?: AbortSignal }) => Promise<void>;
  /** A number from 0 to below 1. */
  readonly random: () => number;
}

/** Waits in real time. */
export function sleep(ms: number, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
  return setTimeout(ms, undefined, options);
}

/**
 * Waits before another attempt: at random up to a bound that doubles from 20 ms and stops at 1 s, so that those who
 * met do not meet again.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 *
 * @param attempt how many were made, from 1
 */
export function backOff(
  attempt: number,
  { sleep, random, signal }: Waits & { signal: AbortSignal },
): Promise<void> {
  const ms = random() * Math.min(MOST_MS, FIRST_MS * 2 ** (attempt - 1));
  return untilAborted(signal, () => sleep(ms, { signal }));
}
