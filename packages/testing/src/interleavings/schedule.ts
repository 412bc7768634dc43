import { formatValue } from "../format-value.ts";

/** A scheduling point at which a task can continue. */
export interface Option {
  /** The task as schedules name it, with the number of the point if it waits at several: `A`, `B(2)`. */
  readonly key: string;
  readonly task: string;
  /** Describes the point. It is the same in every run. */
  readonly name: string;
}

/** The choice of one step. */
export interface Decision {
  readonly options: readonly Option[];
  /** The default choice. */
  readonly usual: Option;
  readonly chosen: Option;
}

/** Chooses the task that continues. */
export type Policy = (options: readonly Option[], usual: Option, index: number) => Option;

/** After so many steps in a row another task continues, so that a task that polls does not poll forever. */
export const FAIR = 100;

/**
 * The default choice: a task continues as long as it can, and then the first one that can. It has the fewest switches.
 */
export function usualOption(options: readonly Option[], decisions: readonly Decision[]): Option | undefined {
  const task = decisions.at(-1)?.chosen.task;
  const isUnfair =
    decisions.length >= FAIR && decisions.slice(-FAIR).every(({ chosen }) => chosen.task === task);
  const others = options.filter((option) => option.task !== task);
  if (isUnfair && others.length > 0) return others.find((option) => option.task > String(task)) ?? others[0];
  return options.find((option) => option.task === task) ?? options[0];
}

/** The choices up to the last unusual one, such as `3AB`. The rest are default choices. */
export function scheduleOf(decisions: readonly Decision[]): string {
  const last = decisions.findLastIndex(({ chosen, usual }) => chosen.key !== usual.key);
  return formatSchedule(decisions.slice(0, last + 1).map(({ chosen }) => chosen.key));
}

/**
 * The opposite of {@link scheduleOf}.
 *
 * @throws TypeError for an invalid schedule
 */
export function keysOf(schedule: unknown): readonly string[] {
  if (typeof schedule !== "string" || !/^(?:\d*[A-Z](?:\(\d+\))?)*$/.test(schedule)) {
    throw new TypeError(
      `options.schedule is ${formatValue(schedule)}; pass one as a failure names it, like "2AB" or "AB(2)A".`,
    );
  }
  return Array.from(schedule.matchAll(/(\d*)([A-Z](?:\(\d+\))?)/g)).flatMap(([, times, key = ""]) =>
    Array.from({ length: times === "" ? 1 : Number(times) }, () => key),
  );
}

/** Writes repeated keys once, after their number. */
export function formatSchedule(keys: readonly string[]): string {
  const parts: { readonly key: string; times: number }[] = [];
  for (const key of keys) {
    const part = parts.at(-1);
    if (part?.key === key) part.times += 1;
    else parts.push({ key, times: 1 });
  }
  return parts.map(({ key, times }) => (times === 1 ? key : `${times}${key}`)).join("");
}

/** Follows this schedule, and makes default choices after its end. */
export function follow(keys: readonly string[]): Policy {
  return (options, usual, index) => {
    const key = keys[index];
    if (key === undefined) return usual;
    const option = options.find((each) => each.key === key);
    if (option !== undefined) return option;
    const possible = options.map((each) => `${each.key} (${each.name})`).join(", ");
    throw new RangeError(
      `Schedule "${formatSchedule(keys)}" cannot be run: its step ${index + 1} is ${key}, where only ${possible} can go on. ` +
        "It belongs to another program, or the program does not run the same way twice: take time, randomness " +
        "and what is left from runs before out of it.",
    );
  };
}
