import { emulatedSteps } from "../contenders/emulator/emulated-steps.ts";
import type { Bench } from "../measure/bench.ts";
import { compare, HEAD } from "../measure/comparison.ts";
import { digits, duration } from "../measure/figures.ts";
import type { Row } from "../measure/report.ts";
import { median } from "../measure/statistics.ts";

const STORED = 1_000;
/** Short turns, because every execution that is measured is stored too. */
const TURN_MS = 30;
const WAYS = { "in memory": false, "in a file": true } as const;

export const emulatorStored: Bench = {
  title: `a warm execution of 3 steps on an emulator that stores ${digits(STORED)} executions, beside an empty one`,
  contenders: Object.fromEntries(
    Object.entries(WAYS).flatMap(([way, storesInFile]) => [
      [`empty, ${way}`, emulatedSteps({ storesInFile })],
      [`full, ${way}`, emulatedSteps({ storesInFile, stored: STORED })],
    ]),
  ),
  measure: async (runner) => {
    const rows: Row[] = [];
    for (const way of Object.keys(WAYS)) {
      const names = [`empty, ${way}`, `full, ${way}`];
      const [empty = [], full = []] = await runner.rounds(names, { ...runner.effort, turnMs: TURN_MS });
      runner.stop();
      const { ratio, spread } = compare(full, empty);
      rows.push(
        { cells: [`empty, ${way}`, duration(median(empty)), "", ""] },
        {
          cells: [
            `${digits(STORED)} executions, ${way}`,
            duration(median(full)),
            `${digits(ratio)}× the time`,
            spread,
          ],
          target: { measured: ratio, bound: "at most", limit: 1.1, unit: "×" },
        },
      );
    }
    return { head: HEAD, rows };
  },
};
