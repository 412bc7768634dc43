import { significant } from "./format.ts";

/** What a reader must know about times that were measured on one machine. */
export function localTimes(unit: string, busyness: number): string {
  const busy =
    busyness > 1
      ? ` **The machine was busy**: ${significant(busyness)} processes wanted to run on each core, which raises p99 most.`
      : "";
  return `**Local.** Times are ratios: the unit is ${unit}, in the same run.${busy}`;
}
