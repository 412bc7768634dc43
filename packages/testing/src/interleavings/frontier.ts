import type { Run } from "./run-program.ts";
import { formatSchedule, type Decision } from "./schedule.ts";

/** A schedule to run: it follows an earlier run up to a step, and takes another choice there. */
export interface Branch {
  readonly keys: readonly string[];
  /** The decisions of the earlier run. */
  readonly decisions: readonly Decision[];
  /** The number of its choices that are not the default. */
  readonly unusual: number;
}

/**
 * The schedules that are known but not run yet. Every schedule differs from one that was run in one more unusual
 * choice, so each occurs once. Schedules with few unusual choices come first, because their failures are the simplest.
 */
export class Frontier {
  readonly #queue: (Omit<Branch, "keys"> & { readonly index: number; readonly key: string })[] = [];
  #next = 0;

  get size(): number {
    return this.#queue.length - this.#next;
  }

  /** The number of unusual choices of the next schedule. */
  get unusual(): number {
    return this.#queue[this.#next]?.unusual ?? 0;
  }

  /** Adds the choices that a run did not take, after those that its schedule prescribed. */
  branchOff({ decisions }: Run, { keys, unusual }: Pick<Branch, "keys" | "unusual">): void {
    for (const [index, { options, chosen }] of decisions.entries()) {
      if (index < keys.length) continue;
      for (const { key } of options) {
        if (key !== chosen.key) this.#queue.push({ decisions, index, key, unusual: unusual + 1 });
      }
    }
  }

  take(): Branch | undefined {
    const branch = this.#queue[this.#next];
    if (branch === undefined) return undefined;
    this.#next += 1;
    const { decisions, index, key, unusual } = branch;
    return { decisions, unusual, keys: [...decisions.slice(0, index).map(({ chosen }) => chosen.key), key] };
  }
}

/** @throws Error if the run took another path than the run that it branched off from */
export function checkRepeated({ keys, decisions: before }: Branch, { decisions }: Run): void {
  for (const index of keys.keys()) {
    const [was, is] = [before[index], decisions[index]].map((decision) =>
      decision?.options.map(({ key, name }) => `${key} ${name}`).join(", "),
    );
    if (was === is) continue;
    throw new Error(
      `The program does not run the same way twice: at step ${index + 1} of schedule "${formatSchedule(keys)}" what could go ` +
        `on was ${was ?? "nothing"}, and is ${is ?? "nothing"}. Take time, randomness and what is left from runs before out of it.`,
    );
  }
}
