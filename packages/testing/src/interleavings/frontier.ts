import type { Run } from "./run-program.ts";
import { written, type Decision } from "./schedule.ts";

/** A schedule that is yet to be run: that of a run before, up to a step where another goes on. */
export interface Branch {
  readonly keys: readonly string[];
  /** The run before. */
  readonly decisions: readonly Decision[];
  /** How many of its choices are not the usual ones. */
  readonly unusual: number;
}

/**
 * The schedules that are known but not run. Every schedule is one that was run with one more choice that is not the
 * usual, so each comes up once, and those with few such choices come first: they fail for the simplest reasons.
 */
export class Frontier {
  readonly #queue: (Omit<Branch, "keys"> & { readonly index: number; readonly key: string })[] = [];
  #next = 0;

  get size(): number {
    return this.#queue.length - this.#next;
  }

  /** How many unusual choices the next has. */
  get unusual(): number {
    return this.#queue[this.#next]?.unusual ?? 0;
  }

  /** Adds what a run could have done otherwise, after the choices that made it. */
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

/** @throws Error where the run did not come by the same way as the one it branched off */
export function checkRepeated({ keys, decisions: before }: Branch, { decisions }: Run): void {
  for (const index of keys.keys()) {
    const [was, is] = [before[index], decisions[index]].map((decision) =>
      decision?.options.map(({ key, name }) => `${key} ${name}`).join(", "),
    );
    if (was === is) continue;
    throw new Error(
      `The program does not run the same way twice: at step ${index + 1} of schedule "${written(keys)}" what could go ` +
        `on was ${was ?? "nothing"}, and is ${is ?? "nothing"}. Take time, randomness and what is left from runs before out of it.`,
    );
  }
}
