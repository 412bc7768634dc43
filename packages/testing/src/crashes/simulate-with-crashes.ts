import { checkOptions, type OptionRules } from "../check-options.ts";
import type { DurableHandler } from "../service/durable-handler.ts";
import { checkSimulateOptions, type SimulateOptions } from "../simulator/options.ts";
import type { Simulation } from "../simulator/simulation.ts";
import { crashesByChance, newSeed } from "./crash-plan.ts";
import { runWithCrashes } from "./crash-run.ts";

/** How often processes die, and by which random numbers. */
export interface RandomCrashes {
  /** The probability of a crash at each crash point, from 0 to below 1. Default 0.1. */
  readonly chance?: number | undefined;
  /** A whole number: the same seed gives the same crashes. Default: a new one. */
  readonly seed?: number | undefined;
}

/** Options of {@link simulateWithCrashes}. */
export interface SimulateWithCrashesOptions extends SimulateOptions, RandomCrashes {}

/** A simulation whose processes died by chance. */
export interface CrashedSimulation<Result = unknown> extends Simulation<Result> {
  /** How often a process died. */
  readonly crashes: number;
  /** Pass it to repeat the same crashes. */
  readonly seed: number;
}

/** The rules for {@link RandomCrashes}. */
export const RANDOM_RULES: OptionRules<RandomCrashes> = {
  chance: [
    (value) => typeof value === "number" && value >= 0 && value < 1,
    "pass a number from 0 to below 1",
  ],
  seed: [Number.isSafeInteger, "pass a whole number"],
};

export const DEFAULT_CHANCE = 0.1;

/**
 * Simulates a durable function whose process dies by chance at its crash points: around each checkpoint, as an
 * invocation begins and ends, and around each call of a dependency that is wrapped by `crashable`. The service invokes
 * the function again after each crash. Start many simulations at once to test what concurrent executions do to the
 * store that they share.
 *
 * @param handler the function that `withDurableExecution` returned
 * @throws TypeError for a handler that is not wrapped or for unknown options
 * @throws SimulationStoppedError for an execution that does not end
 * @example
 * ```ts
 * const store = crashable(new MemoryCounterStore());
 * const handler = createCounterHandler({ store });
 * await Promise.all(
 *   orders.map((payload, seed) => simulateWithCrashes(handler, { payload, seed, chance: 0.2 })),
 * );
 * ```
 */
export async function simulateWithCrashes<Result = unknown>(
  handler: DurableHandler<Result>,
  options: SimulateWithCrashesOptions = {},
): Promise<CrashedSimulation<Result>> {
  const { chance = DEFAULT_CHANCE, seed = newSeed(), ...others } = options;
  checkOptions({ chance, seed }, RANDOM_RULES, "{ seed: 1 }");
  checkSimulateOptions(others);
  const { simulation, stopped, timeline } = await runWithCrashes(
    handler,
    others,
    crashesByChance(seed, chance),
  );
  if (simulation === undefined) throw stopped;
  const crashes = timeline.filter(({ crashed }) => crashed).length;
  return { ...(simulation as Simulation<Result>), crashes, seed }; // the caller names the type of the result
}
