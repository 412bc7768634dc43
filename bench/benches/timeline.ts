import { browserFile } from "../contenders/browser.ts";
import { timelinePage, type PageTimes } from "../contenders/timeline-page.ts";
import type { Bench } from "../measure/bench.ts";
import { compare } from "../measure/comparison.ts";
import { digits, duration } from "../measure/figures.ts";
import type { Row } from "../measure/report.ts";
import type { BenchRunner } from "../measure/runner.ts";
import { median } from "../measure/statistics.ts";

const [SMALL, LARGE] = [30, 2_999]; // an execution has at most 3,000 operations, of which its start is one
const [SMALL_PAGE, LARGE_PAGE] = [`${SMALL} operations`, `${digits(LARGE)} operations`];
const MAX_ROUNDS = 9;
/** A hundred times the operations may open in so many times the time, and scroll almost as smoothly. */
const LIMITS: Partial<Record<keyof PageTimes, number>> = { open: 10, frame: 1.5 };
const NAMES: Record<keyof PageTimes, string> = {
  render: "renderTimeline",
  open: "opens, painted",
  frame: "scrolls, frame p95",
};

export const timeline: Bench = {
  title: "a timeline of an execution with as many operations as possible, in Chromium, beside a small one",
  contenders: { [SMALL_PAGE]: timelinePage(SMALL), [LARGE_PAGE]: timelinePage(LARGE) },
  measure: async (runner) => {
    const head = ["", SMALL_PAGE, LARGE_PAGE, "ratio", "its quartiles"];
    if (browserFile() === undefined) {
      const cell = "not measured: there is no Chromium; install it, or set CHROMIUM to its path";
      return { head, rows: [{ cells: [cell, "", "", "", ""] }] };
    }
    const times = await turns(runner);
    const measures = Object.keys(NAMES) as (keyof PageTimes)[]; // the keys that it is made with
    return {
      head,
      rows: measures.map((measure): Row => {
        const [small, large] = [times.small, times.large].map((all) => all.map((one) => one[measure]));
        const { ratio, spread } = compare(large ?? [], small ?? []);
        const limit = LIMITS[measure];
        return {
          cells: [
            NAMES[measure],
            duration(median(small ?? [])),
            duration(median(large ?? [])),
            `${digits(ratio)}×`,
            spread,
          ],
          ...(limit !== undefined && { target: { measured: ratio, bound: "at most", limit, unit: "×" } }),
        };
      }),
    };
  },
};

/** Opens both pages in turns, A B, B A, …. */
async function turns(runner: BenchRunner) {
  const rounds = Math.min(runner.effort.rounds, MAX_ROUNDS);
  const times = { small: [] as PageTimes[], large: [] as PageTimes[] };
  for (let round = -1; round < rounds; round++) {
    for (const page of round % 2 === 0 ? (["small", "large"] as const) : (["large", "small"] as const)) {
      const [result] = await runner.results(page === "small" ? SMALL_PAGE : LARGE_PAGE);
      if (round >= 0) times[page].push(result as PageTimes); // what timelinePage's run resolves to
    }
  }
  return times;
}
