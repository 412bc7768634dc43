import { seededRandom } from "../seeded-random.ts";
import { isSame, type CrashPoint, type CrashTarget } from "./crash-point.ts";

/** Decides at every crash point that a run passes whether the process dies there. */
export interface CrashPlan {
  crashesAt(point: CrashPoint): boolean;
  /** Whether every planned crash has happened. */
  readonly isComplete: boolean;
}

/** Lets the process die at the targets, one after the other. */
export function crashesAtTargets(targets: readonly CrashTarget[]): CrashPlan {
  const waiting = [...targets];
  let seen = 0;
  return {
    get isComplete() {
      return waiting.length === 0;
    },
    crashesAt: (point) => {
      const [target] = waiting;
      if (target === undefined || !isSame(target.point, point)) return false;
      seen++;
      if (seen < target.occurrence) return false;
      waiting.shift();
      seen = 0;
      return true;
    },
  };
}

/** Lets the process die at each point with a probability of `chance`: the same seed gives the same crashes. */
export function crashesByChance(seed: number, chance: number): CrashPlan {
  const random = seededRandom(seed);
  return { isComplete: true, crashesAt: () => random(1, RESOLUTION) <= chance * RESOLUTION };
}

const RESOLUTION = 1_000_000;

/** A seed for one of several runs. Neighbouring seeds and runs get random numbers that have nothing in common. */
export function seedOfRun(seed: number, run: number): number {
  return Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(run + 1, 0x85ebca6b);
}

/** A seed that no one has chosen. */
export function newSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}
