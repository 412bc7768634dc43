import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { progressOnStderr, type Progress } from "../progress.ts";
import type { DurableHandler } from "../service/durable-handler.ts";
import type { SimulateOptions } from "../simulator/options.ts";
import type { Simulation } from "../simulator/simulation.ts";
import { crashFailure, type CrashFailure } from "./failure-message.ts";
import { crashesAtTargets, crashesByChance, newSeed, seedOfRun, type CrashPlan } from "./crash-plan.ts";
import { targetOf, type CrashTarget } from "./crash-point.ts";
import { runWithCrashes, type CrashRun } from "./crash-run.ts";
import { prepareReport, writeReport } from "./crash-report-page.ts";
import { differences, irregularities } from "./differences.ts";
import { checkCrashOptions, type CrashSample, type ExploreCrashesOptions } from "./options.ts";
import { DEFAULT_CHANCE } from "./simulate-with-crashes.ts";

/** Concurrent code can take another order and miss a planned crash; it is tried so often. */
const ATTEMPTS = 3;

/** The result of {@link exploreCrashes}. */
export interface CrashExploration {
  /** The crash points of the run without a crash. */
  readonly points: number;
  readonly runs: number;
  /** Planned crashes that did not happen in three attempts, because concurrent code took another order each time. */
  readonly unreached: number;
  readonly failures: readonly CrashFailure[];
  /** The seed of a random sample. */
  readonly seed?: number;
}

/**
 * Runs a durable function once without a crash, and then once for every point at which its process can die, on the
 * real durable SDK. A process can die around each checkpoint, as an invocation begins and ends, and around each call
 * of a dependency that is wrapped by `crashable`. Every run must have the same result, error and operations, and must
 * leave no call or operation unfinished.
 *
 * @param handler the function that `withDurableExecution` returned
 * @throws TypeError for unknown options, RangeError for a crash point that does not exist
 * @throws SimulationStoppedError for a handler that does not end even without a crash
 * @example
 * ```ts
 * const store = crashable(new MemoryCounterStore());
 * const { failures } = await exploreCrashes(createCounterHandler({ store }), { payload: event });
 * expect(failures).toEqual([]);
 * ```
 */
export async function exploreCrashes<Result = unknown>(
  handler: DurableHandler<Result>,
  options: ExploreCrashesOptions<Result> = {},
): Promise<CrashExploration> {
  const { crashes = 1, report } = options;
  // Every run is the same execution, so that runs can be compared.
  const simulation = { executionName: "exploration", ...checkCrashOptions(options) };
  const exploration = new Exploration(handler, simulation, options);
  if (report !== undefined) prepareReport(report);
  try {
    return await explore(exploration, crashes);
  } finally {
    // Also if the exploration was stopped: it may have found failures before.
    if (report !== undefined) writeReport(report, exploration.result.failures);
  }
}

async function explore<Result>(
  exploration: Exploration<Result>,
  crashes: NonNullable<ExploreCrashesOptions["crashes"]>,
): Promise<CrashExploration> {
  await exploration.start();
  // A failure without a crash would be part of every run, and hide what a crash does.
  if (exploration.result.failures.length > 0) return exploration.result;
  if (crashes === 1) await exploration.everyPoint();
  else if (crashes === 2) await exploration.everyPair();
  else if ("runs" in crashes) return exploration.sample(crashes);
  else await exploration.only(crashes);
  return exploration.result;
}

class Exploration<Result> {
  readonly #handler: DurableLambdaHandler;
  readonly #simulation: SimulateOptions;
  readonly #options: ExploreCrashesOptions<Result>;
  readonly #report: (progress: Progress) => void;
  readonly #failures: CrashFailure[] = [];
  #timeline: CrashRun["timeline"] = [];
  #baseline: Simulation | undefined;
  #runs = 0;
  #unreached = 0;
  #total = 0;

  constructor(
    handler: DurableLambdaHandler,
    simulation: SimulateOptions,
    options: ExploreCrashesOptions<Result>,
  ) {
    this.#handler = handler;
    this.#simulation = simulation;
    this.#options = options;
    this.#report = options.onProgress ?? progressOnStderr("crashes");
  }

  get result(): CrashExploration {
    return {
      points: this.#timeline.length,
      runs: this.#runs,
      unreached: this.#unreached,
      failures: this.#failures,
    };
  }

  /** The run without a crash, with which all others are compared. */
  async start(): Promise<void> {
    const { simulation, stopped, timeline } = await this.#run(crashesAtTargets([]));
    if (simulation === undefined) throw stopped;
    this.#baseline = simulation;
    this.#timeline = timeline;
    this.#total = timeline.length;
  }

  async everyPoint(): Promise<void> {
    for (let point = 1; point <= this.#timeline.length; point++) {
      await this.#crash([targetOf(this.#timeline, point)]);
      this.#progress();
    }
  }

  async everyPair(): Promise<void> {
    for (let first = 1; first <= this.#timeline.length; first++) {
      const target = targetOf(this.#timeline, first);
      const { timeline } = await this.#crash([target]);
      this.#total += timeline.length - first;
      this.#progress();
      for (let second = first + 1; second <= timeline.length; second++) {
        await this.#crash([target, targetOf(timeline, second)]);
        this.#progress();
      }
    }
  }

  async sample({ runs, seed = newSeed(), chance = DEFAULT_CHANCE }: CrashSample): Promise<CrashExploration> {
    this.#total = runs;
    for (let run = 0; run < runs; run++) {
      await this.#run(
        crashesByChance(seedOfRun(seed, run), chance),
        `crashes: { runs: ${runs}, seed: ${seed} }`,
      );
      this.#progress();
    }
    return { ...this.result, seed };
  }

  /** Crashes at these points of the timeline, as a failure names them. */
  async only(points: readonly number[]): Promise<void> {
    const targets: CrashTarget[] = [];
    let timeline = this.#timeline;
    this.#total = points.length;
    for (const point of points) {
      targets.push(targetOf(timeline, point));
      this.#failures.length = 0; // a failure with fewer crashes was not asked for
      ({ timeline } = await this.#crash(targets));
      this.#progress();
    }
  }

  async #crash(targets: readonly CrashTarget[]): Promise<CrashRun> {
    for (let attempt = 1; ; attempt++) {
      const run = await this.#run(crashesAtTargets(targets));
      if (run.reached) return run;
      if (attempt < ATTEMPTS) continue;
      this.#unreached++;
      return run;
    }
  }

  async #run(plan: CrashPlan, source?: string): Promise<CrashRun> {
    const { beforeEach, maxRuns = 20_000, report } = this.#options;
    if (this.#runs >= maxRuns) {
      throw new RangeError(
        `The exploration takes more than ${maxRuns} runs; raise options.maxRuns, or explore a shorter program.${soFar(this.#failures)}`,
      );
    }
    this.#runs++;
    await beforeEach?.();
    const run = await runWithCrashes(this.#handler, this.#simulation, plan);
    const problems = await this.#problemsOf(run);
    if (problems.length > 0 && run.reached)
      this.#failures.push(crashFailure(run, problems, { source, report }));
    return run;
  }

  async #problemsOf({ simulation, stopped, ...calls }: CrashRun): Promise<readonly string[]> {
    const {
      normalize = (value) => value,
      compare = "operations",
      unfinished = "report",
      check,
    } = this.#options;
    const baseline = this.#baseline;
    if (simulation === undefined) return baseline === undefined ? [] : [`It did not end. ${String(stopped)}`];
    const problems = [...irregularities(simulation, calls, unfinished)];
    if (baseline !== undefined) problems.push(...differences(baseline, simulation, { normalize, compare }));
    try {
      await check?.(simulation as Simulation<Result>); // the caller names the type of the result
    } catch (error) {
      problems.push(`The check failed: ${error instanceof Error ? error.message : String(error)}`);
      // Often the reason: a check reads what the execution would have done.
      if (simulation.error !== undefined) {
        const { type, message } = simulation.error;
        problems.push(`The execution had ended with an error before: ${type}: ${message}`);
      }
    }
    return problems;
  }

  #progress(): void {
    this.#report({ done: this.#runs - 1, total: this.#total, failures: this.#failures.length });
  }
}

/** The failures that would be lost with the error. */
function soFar([first, ...others]: readonly CrashFailure[]): string {
  return first === undefined
    ? ""
    : ` It has found ${others.length + 1} failures so far, first this one:\n${first.message}`;
}
