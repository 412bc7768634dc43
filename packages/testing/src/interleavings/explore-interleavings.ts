import { formatValue } from "../format-value.ts";
import { DeadlockError } from "./deadlock-error.ts";
import { interleavingFailure, textOf, type InterleavingFailure } from "./interleaving-failure.ts";
import { checkInterleavingOptions, type ExploreInterleavingsOptions } from "./options.ts";
import { progressOnStderr } from "../progress.ts";
import { randomPolicy } from "./random-policy.ts";
import { runProgram, type InterleavingProgram, type Run } from "./run-program.ts";
import { follow, keysOf, type Policy } from "./schedule.ts";
import { shrink } from "./shrink.ts";
import { checkRepeated, Frontier } from "./frontier.ts";
import { trackPendingResources } from "./pending-resources.ts";
import { taskScopes } from "./task.ts";

/** The result of {@link exploreInterleavings}. */
export interface InterleavingExploration {
  /** The number of schedules that were run. */
  readonly schedules: number;
  /** Whether these are all possible schedules. */
  readonly exhaustive: boolean;
  /** One failure per error, with the simplest schedule that was found for it. */
  readonly failures: readonly InterleavingFailure[];
}

/** The numbers of failures after which an exploration stops. */
const ENOUGH = { errors: 10, deadlocks: 3 };

/**
 * Runs a program once for every order in which its tasks can continue. The order matters at the calls of wrapped
 * dependencies. If there are too many orders, it runs those with one unusual choice and then random ones.
 *
 * The program runs from scratch for each order: it creates its dependencies, runs its tasks, and throws if the result
 * is wrong. It must be deterministic.
 *
 * @throws TypeError for invalid options, RangeError for a schedule that the program cannot follow
 * @throws Error for a program that does not await `run`, or that is not deterministic
 * @example
 * ```ts
 * const { failures } = await exploreInterleavings(async ({ wrap, run }) => {
 *   const store = recordHistory(wrap(createStore(), "store"));
 *   const count = () => store.apply({ id: "cart-7", commands: [increment()] });
 *   await run([count, count]);
 *   expect(checkLinearizable(store.history)).toMatchObject({ linearizable: true });
 * });
 * expect(failures).toEqual([]);
 * ```
 */
export async function exploreInterleavings(
  program: InterleavingProgram,
  options: ExploreInterleavingsOptions = {},
): Promise<InterleavingExploration> {
  // Callers who do not use types may pass anything.
  const given: unknown = program;
  if (typeof given !== "function") {
    throw new TypeError(
      `program is ${formatValue(given)}; pass a function such as async ({ wrap, run }) => { … }.`,
    );
  }
  checkInterleavingOptions(options);
  const unwatch = trackPendingResources(() => taskScopes.getStore()?.task.pendingResources);
  try {
    const exploration = new Exploration(program, options);
    if (options.schedule !== undefined) {
      await exploration.runOne(() => follow(keysOf(options.schedule)));
      return exploration.result(false);
    }
    const isExhaustive = await exploration.runAll(options.exhaustiveUpTo ?? 2_000);
    if (!isExhaustive) await exploration.runRandom(options.runs ?? 1_000, options.seed ?? 0);
    return exploration.result(isExhaustive);
  } finally {
    unwatch();
  }
}

class Exploration {
  readonly #rerun: (policy: () => Policy) => Promise<Run>;
  readonly #report: NonNullable<ExploreInterleavingsOptions["onProgress"]>;
  readonly #failures = new Map<string, { readonly run: Run; times: number }>();
  #schedules = 0;
  #total = 0;
  #deadlocks = 0;

  constructor(
    program: InterleavingProgram,
    { timeoutMs = 5_000, maxSteps = 10_000, onProgress }: ExploreInterleavingsOptions,
  ) {
    const known = new Set<string>();
    this.#rerun = (policy) => runProgram(program, policy, { timeoutMs, maxSteps }, known);
    this.#report = onProgress ?? progressOnStderr("interleavings");
  }

  result(exhaustive: boolean): InterleavingExploration {
    const failures = this.#distinct.map(({ run, times }) => interleavingFailure(run, times));
    return { schedules: this.#schedules, exhaustive, failures };
  }

  async runOne(policy: () => Policy, simpler: (run: Run) => Promise<Run> = async (run) => run): Promise<Run> {
    const run = await this.#rerun(policy);
    this.#schedules += 1;
    if (run.failure !== undefined) await this.#add(run, run.failure.error, simpler);
    this.#report({
      done: this.#schedules,
      total: Math.max(this.#total, this.#schedules),
      failures: this.#distinct.length,
    });
    return run;
  }

  /**
   * Runs all schedules, and returns whether it has. It stops when there are more than `most`, but not before it has run
   * all schedules with one unusual choice.
   */
  async runAll(most: number): Promise<boolean> {
    const frontier = new Frontier();
    frontier.branchOff(await this.runOne(() => follow([])), { keys: [], unusual: 0 });
    for (;;) {
      this.#total = this.#schedules + frontier.size;
      const isTooMuch = this.#total > most && (frontier.unusual > 1 || this.#schedules >= most);
      if (isTooMuch || this.#isEnough) return false;
      const branch = frontier.take();
      if (branch === undefined) return true;
      const run = await this.runOne(() => follow(branch.keys));
      checkRepeated(branch, run);
      frontier.branchOff(run, branch);
    }
  }

  async runRandom(runs: number, seed: number): Promise<void> {
    this.#total = this.#schedules + runs;
    let length = 0;
    for (let index = 0; index < runs && !this.#isEnough; index++) {
      const run = await this.runOne(
        () => randomPolicy(seed, index, length),
        (failing) => shrink(failing, this.#rerun),
      );
      length = run.decisions.length;
    }
  }

  /** Several errors can have the same simplest schedule. */
  get #distinct(): readonly { readonly run: Run; readonly times: number }[] {
    return [...new Set(this.#failures.values())];
  }

  get #isEnough(): boolean {
    return this.#distinct.length >= ENOUGH.errors || this.#deadlocks >= ENOUGH.deadlocks;
  }

  async #add(run: Run, error: unknown, simpler: (run: Run) => Promise<Run>): Promise<void> {
    if (error instanceof DeadlockError) this.#deadlocks += 1;
    const same = this.#failures.get(textOf(error));
    if (same !== undefined) {
      same.times += 1;
      return;
    }
    const simple = await simpler(run);
    const found = this.#failures.get(textOf(simple.failure?.error)) ?? { run: simple, times: 0 };
    found.times += 1;
    for (const each of [error, simple.failure?.error]) this.#failures.set(textOf(each), found);
  }
}
