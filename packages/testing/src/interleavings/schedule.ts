import { formatValue } from "../format-value.ts";

/** A point where some task could go on. */
export interface Option {
  /** As schedules write it: the task, and which of its points if it waits at several: `A`, `B(2)`. */
  readonly key: string;
  readonly task: string;
  /** What has the same name in every run. */
  readonly name: string;
}

/** Somebody had to go on, and one did. */
export interface Decision {
  readonly options: readonly Option[];
  /** What goes on where nobody says otherwise. */
  readonly usual: Option;
  readonly chosen: Option;
}

/** Says who goes on. */
export type Policy = (options: readonly Option[], usual: Option, index: number) => Option;

/** Steps in a row after which a task lets others go on, so that one that polls does not poll forever. */
export const FAIR = 100;

/** A task goes on as long as it can, and then the first that can: the fewest switches. */
export function usualOption(options: readonly Option[], decisions: readonly Decision[]): Option | undefined {
  const task = decisions.at(-1)?.chosen.task;
  const isUnfair =
    decisions.length >= FAIR && decisions.slice(-FAIR).every(({ chosen }) => chosen.task === task);
  const others = options.filter((option) => option.task !== task);
  if (isUnfair && others.length > 0) return others.find((option) => option.task > String(task)) ?? others[0];
  return options.find((option) => option.task === task) ?? options[0];
}

/** What was chosen up to the last that is not usual, as `3AB`: the rest follows. */
export function scheduleOf(decisions: readonly Decision[]): string {
  const last = decisions.findLastIndex(({ chosen, usual }) => chosen.key !== usual.key);
  return written(decisions.slice(0, last + 1).map(({ chosen }) => chosen.key));
}

/** The opposite of {@link scheduleOf}. @throws TypeError for what is no schedule */
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

/** What follows on itself is written once, with a number before it. */
export function written(keys: readonly string[]): string {
  const stretches: { readonly key: string; times: number }[] = [];
  for (const key of keys) {
    const stretch = stretches.at(-1);
    if (stretch?.key === key) stretch.times += 1;
    else stretches.push({ key, times: 1 });
  }
  return stretches.map(({ key, times }) => (times === 1 ? key : `${times}${key}`)).join("");
}

/** Just this schedule, and from its end on what is usual. */
export function follow(keys: readonly string[]): Policy {
  return (options, usual, index) => {
    const key = keys[index];
    if (key === undefined) return usual;
    const option = options.find((each) => each.key === key);
    if (option !== undefined) return option;
    const possible = options.map((each) => `${each.key} (${each.name})`).join(", ");
    throw new RangeError(
      `Schedule "${written(keys)}" cannot be run: its step ${index + 1} is ${key}, where only ${possible} can go on. ` +
        "It belongs to another program, or the program does not run the same way twice: take time, randomness " +
        "and what is left from runs before out of it.",
    );
  };
}
