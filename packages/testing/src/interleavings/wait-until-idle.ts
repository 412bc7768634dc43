import { setImmediate, setTimeout } from "node:timers/promises";
import type { Task } from "./task.ts";

/** After so many turns of the event loop, waiting uses timers instead of immediates to save CPU time. */
const BUSY_TURNS = 50;
/** Milliseconds to wait before a deadlock is reported: a worker thread can answer without a visible resource. */
const PROVEN_MS = 250;
/** What one turn of the event loop counts at most: on a busy machine, a turn may take long though no task is slow. */
const MOST_MS_OF_A_TURN = 10;
/** The part of `timeoutMs` for which a task can delay others that could continue. */
const PATIENCE = 1 / 5;

/**
 * Resolves when every task is idle: it has ended, waits at a scheduling point, or waits for another task.
 *
 * Whether a task waits for another task is not directly visible, because it can be between two scheduling points for a
 * while. For example, the durable SDK uses immediates, and suspends after a timer of 20 ms. So this function waits as
 * long as a task has a pending immediate. A task that is at no scheduling point and has no pending timer or I/O waits
 * for another task. A task that has one gets real time: a fifth of `timeoutMs` if other tasks can continue, else all of
 * it.
 */
export async function waitUntilIdle(tasks: readonly Task[], timeoutMs: number): Promise<void> {
  let progress = progressOf(tasks);
  let waited = 0;
  for (let quiet = 0; ; quiet++) {
    const before = performance.now();
    await (quiet < BUSY_TURNS ? setImmediate() : setTimeout(1));
    waited += Math.min(performance.now() - before, MOST_MS_OF_A_TURN);
    const now = progressOf(tasks);
    if (now !== progress) {
      [progress, waited, quiet] = [now, 0, 0];
    }
    const isImmediate = tasks.some(({ pendingResources }) =>
      Array.from(pendingResources.values()).includes("Immediate"),
    );
    const restless = tasks.filter((task) => !task.isAccountedFor);
    if (restless.length === 0 && !isImmediate) return;

    const canGoOn = tasks.some(({ points }) => points.length > 0);
    const isProven = restless.every(({ pendingResources }) => pendingResources.size === 0) && !hasSockets();
    if (isProven && canGoOn && !isImmediate) return;
    const patience = canGoOn ? timeoutMs * PATIENCE : isProven ? PROVEN_MS : timeoutMs;
    if (waited >= patience) return;
  }
}

function progressOf(tasks: readonly Task[]): number {
  return tasks.reduce((sum, { progress }) => sum + progress, 0);
}

/** A connection that was opened before can deliver an answer without a visible resource. */
function hasSockets(): boolean {
  return process.getActiveResourcesInfo().some((type) => /^(TCP|TLS|UDP|HTTP)/.test(type));
}
