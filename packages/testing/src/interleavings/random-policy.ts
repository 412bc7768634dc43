import { seededRandom } from "../seeded-random.ts";
import { FAIR, type Policy } from "./schedule.ts";

/**
 * Random choices, the same for the same seed. Every other schedule chooses at random at each step. The others rank the
 * tasks, let the highest rank continue, and lower it at one to three steps: few switches in unusual places find many
 * bugs (Burckhardt et al., "A randomized scheduler", 2010).
 *
 * @param length the approximate number of steps of a run
 */
export function randomPolicy(seed: number, index: number, length: number): Policy {
  // Neighbouring seeds must not give similar schedules.
  const random = seededRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  const any: Policy = (options, usual) => options[random(0, options.length - 1)] ?? usual;
  if (index % 2 === 0) return any;

  const ranks = new Map<string, number>();
  const rankOf = (task: string) => {
    const rank = ranks.get(task) ?? random(0, 1_000_000);
    ranks.set(task, rank);
    return rank;
  };
  const moments = new Set(Array.from({ length: random(1, 3) }, () => random(1, Math.max(1, length - 1))));
  let streak = { task: "", steps: 0 };
  return (options, usual, step) => {
    const highest = () => options.toSorted((a, b) => rankOf(b.task) - rankOf(a.task))[0] ?? usual;
    if (moments.has(step) || streak.steps >= FAIR) ranks.set(highest().task, -step);
    const { task } = highest();
    streak = { task, steps: task === streak.task ? streak.steps + 1 : 1 };
    return any(
      options.filter((option) => option.task === task),
      usual,
      step,
    );
  };
}
