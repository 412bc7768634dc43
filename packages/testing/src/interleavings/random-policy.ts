import { seededRandom } from "../seeded-random.ts";
import { FAIR, type Policy } from "./schedule.ts";

/**
 * Who goes on by chance, the same for the same seed. Every other schedule draws for each step. The others give each
 * task a rank, let the highest go on as long as it can, and put whoever goes on last at one to three moments: few
 * switches, at rare taskScopes, where many bugs are (Burckhardt et al., "A randomized scheduler", 2010).
 *
 * @param length the steps of a run, about
 */
export function randomPolicy(seed: number, index: number, length: number): Policy {
  // Neighbouring seeds must not give neighbouring schedules.
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
