import { isDeepStrictEqual } from "node:util";
import type { Arena } from "./arena.ts";
import type { Bench } from "./bench.ts";
import { digits, duration } from "./figures.ts";
import type { Target } from "./report.ts";
import { median, quantile } from "./statistics.ts";

export interface Comparison extends Pick<Bench, "title" | "contenders"> {
  /** `"speed"`: how many times as fast as the reference. `"cost"`: how many times its time. */
  readonly as: "speed" | "cost";
  readonly target: Pick<Target, "limit">;
}

/** A bench that measures its second contender beside its first, by the median of the ratios of their rounds. */
export function comparison({ title, contenders, as, target }: Comparison): Bench {
  return {
    title,
    contenders,
    measure: async (arena) => {
      const [reference = "", contender = ""] = Object.keys(contenders);
      await checkSameWork(arena, reference, contender);
      const [before = [], after = []] = await arena.rounds([reference, contender]);
      const { ratio, spread } = as === "speed" ? compare(before, after) : compare(after, before);
      return {
        head: HEAD,
        rows: [
          { cells: [reference, duration(median(before)), "", ""] },
          {
            cells: [
              contender,
              duration(median(after)),
              `${digits(ratio)}× ${as === "speed" ? "as fast" : "the time"}`,
              spread,
            ],
            target: { measured: ratio, bound: as === "speed" ? "at least" : "at most", unit: "×", ...target },
          },
        ],
      };
    },
  };
}

/** What a table says of contenders. */
export const HEAD = ["", "median of a run", "ratio", "its quartiles"] as const;

/** The ratio of the times that two took in the same rounds. */
export function compare(
  these: readonly number[],
  those: readonly number[],
): { readonly ratio: number; readonly spread: string } {
  const ratios = these.map((ms, round) => ms / (those[round] ?? NaN));
  const [low, high] = [quantile(ratios, 0.25), quantile(ratios, 0.75)];
  return { ratio: median(ratios), spread: `${digits(low)} – ${digits(high)}` };
}

/** @throws Error for contenders that come to different results: their times would tell nothing */
async function checkSameWork(arena: Arena, reference: string, contender: string): Promise<void> {
  const [[expected], [found]] = [await arena.results(reference), await arena.results(contender)];
  if (isDeepStrictEqual(expected, found)) return;
  throw new Error(
    `${contender} comes to ${JSON.stringify(found)}, ${reference} to ${JSON.stringify(expected)}: they do not do ` +
      `the same work.`,
  );
}
