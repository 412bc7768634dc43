import { isDeepStrictEqual } from "node:util";
import type { BenchRunner } from "./runner.ts";
import type { Bench } from "./bench.ts";
import { digits, duration } from "./figures.ts";
import type { Target } from "./report.ts";
import { median, quantile } from "./statistics.ts";

export interface Comparison extends Pick<Bench, "title" | "contenders"> {
  /** `"speed"`: how many times as fast as the reference. `"cost"`: how many times its time. */
  readonly as: "speed" | "cost";
  readonly target: Pick<Target, "limit">;
}

/** A bench that compares its second contender with its first, by the median of the ratios of their rounds. */
export function comparison({ title, contenders, as, target }: Comparison): Bench {
  return {
    title,
    contenders,
    measure: async (runner) => {
      const [reference = "", contender = ""] = Object.keys(contenders);
      await checkSameWork(runner, reference, contender);
      const [before = [], after = []] = await runner.rounds([reference, contender]);
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

/** The head of a table of contenders. */
export const HEAD = ["", "median of a run", "ratio", "its quartiles"] as const;

/** The ratio of the times of two contenders in the same rounds. */
export function compare(
  these: readonly number[],
  those: readonly number[],
): { readonly ratio: number; readonly spread: string } {
  const ratios = these.map((ms, round) => ms / (those[round] ?? NaN));
  const [low, high] = [quantile(ratios, 0.25), quantile(ratios, 0.75)];
  return { ratio: median(ratios), spread: `${digits(low)} – ${digits(high)}` };
}

/** @throws Error for contenders with different results, whose times cannot be compared */
async function checkSameWork(runner: BenchRunner, reference: string, contender: string): Promise<void> {
  const [[expected], [found]] = [await runner.results(reference), await runner.results(contender)];
  if (isDeepStrictEqual(expected, found)) return;
  throw new Error(
    `${contender} returns ${JSON.stringify(found)}, and ${reference} returns ${JSON.stringify(expected)}: they do not do the same work.`,
  );
}
