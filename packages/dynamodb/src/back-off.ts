import { setTimeout as sleep } from "node:timers/promises";

const FIRST_MS = 20;
const MOST_MS = 1_000;

/**
 * Waits before another attempt: at random up to a bound that doubles from 20 ms and stops at 1 s, so that those who
 * met do not meet again.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 *
 * @param attempt how many were made, from 1
 */
export async function backOff(attempt: number): Promise<void> {
  await sleep(Math.random() * Math.min(MOST_MS, FIRST_MS * 2 ** (attempt - 1)));
}
