import { bundleOnly, startAndInvoke } from "../contenders/emulator/start-dev.ts";
import type { Bench } from "../measure/bench.ts";
import { compare, HEAD } from "../measure/comparison.ts";
import { digits, duration } from "../measure/figures.ts";
import { realTime } from "../measure/real-time.ts";
import { median } from "../measure/statistics.ts";

/** A start takes about a second. */
const MAX_ROUNDS = 15;
const [BUNDLE, START] = ["Node and a bundle of the handler", "dev, until its first invocation ended"];

export const emulatorStart: Bench = {
  title: "from the start of durable-emulator dev to the end of the first invocation of example 01",
  contenders: {
    [BUNDLE]: { run: bundleOnly, clock: realTime },
    [START]: { run: startAndInvoke, clock: realTime },
  },
  measure: async (runner) => {
    const { effort } = runner;
    const rounds = { ...effort, rounds: Math.min(effort.rounds, MAX_ROUNDS), warmUps: 1, turnMs: 0 };
    const [bundled = [], started = []] = await runner.rounds([BUNDLE, START], rounds);
    const { ratio, spread } = compare(started, bundled);
    return {
      head: HEAD,
      rows: [
        { cells: [BUNDLE, duration(median(bundled)), "", ""] },
        {
          cells: [START, duration(median(started)), `${digits(ratio)}× the time`, spread],
          target: { measured: median(started) / 1_000, bound: "at most", limit: 2, unit: " s" },
        },
      ],
    };
  },
};
