import { setImmediate, setTimeout } from "node:timers";
import type { Task } from "./task.ts";

/** Turns after which waiting takes its time, and leaves the processor to others. */
const BUSY_TURNS = 50;
/** Milliseconds a deadlock that is as good as proven is watched: a worker thread may answer without a trace. */
const PROVEN_MS = 250;
/** The part of `timeoutMs` for which a task may hold up others that could go on. */
const PATIENCE = 1 / 5;

/**
 * Resolves when every task is at rest: it has ended, waits at a scheduling point, or waits for another task.
 *
 * The last cannot be seen, since code may be between two scheduling points for a while: the durable SDK hands over
 * by immediates, and suspends by a timer of 20 ms. So all turns of the event loop are waited for in which a task has
 * an immediate pending. A task that is at no point and has nothing pending that could wake it, no timer and no I/O,
 * waits for another. One that has is given real time: a fifth of `timeoutMs` while others could go on, all of it
 * where nobody can.
 */
export async function waitUntilIdle(tasks: readonly Task[], timeoutMs: number): Promise<void> {
  let progress = progressOf(tasks);
  let since = performance.now();
  for (let quiet = 0; ; quiet++) {
    await (quiet < BUSY_TURNS ? turn() : aMillisecond());
    const now = progressOf(tasks);
    if (now !== progress) {
      [progress, since, quiet] = [now, performance.now(), 0];
    }
    const isImmediate = tasks.some(({ pendingResources }) => pendingResources.isImmediate);
    const restless = tasks.filter((task) => !task.isAccountedFor);
    if (restless.length === 0 && !isImmediate) return;

    const canGoOn = tasks.some(({ points }) => points.length > 0);
    const isProven = restless.every(({ pendingResources }) => pendingResources.isEmpty) && !hasSockets();
    if (isProven && canGoOn && !isImmediate) return;
    const patience = canGoOn ? timeoutMs * PATIENCE : isProven ? PROVEN_MS : timeoutMs;
    if (performance.now() - since >= patience) return;
  }
}

function progressOf(tasks: readonly Task[]): number {
  return tasks.reduce((sum, { progress }) => sum + progress, 0);
}

/** A connection that was open before may bring an answer without a trace. */
function hasSockets(): boolean {
  return process.getActiveResourcesInfo().some((type) => /^(TCP|TLS|UDP|HTTP)/.test(type));
}

function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

function aMillisecond(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, 1));
}
