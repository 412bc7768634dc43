import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { crashable, exploreCrashes } from "@durable-counter/testing";
import { Ledger } from "../contenders/ledger.ts";
import { simulation } from "../contenders/simulation.ts";
import type { Bench } from "../measure/bench.ts";
import { compare, HEAD } from "../measure/comparison.ts";
import { digits, duration } from "../measure/figures.ts";
import { realTime } from "../measure/real-time.ts";
import { median } from "../measure/statistics.ts";

const STEPS = 50;
const MAX_ROUNDS = 11;

const original = new Ledger();
const ledger = crashable(original);
const handler = withDurableExecution(async (_event, context) => {
  for (let position = 1; position <= STEPS; position++) {
    await context.step(`enter ${position}`, () => ledger.enter(position, position));
  }
});

async function explore(): Promise<number> {
  const { runs, failures } = await exploreCrashes(handler, { beforeEach: () => original.clear() });
  const [failure] = failures;
  if (failure !== undefined) throw new Error(`A right handler fails. ${failure.message}`);
  return runs;
}

export const crashes: Bench = {
  title: `exploreCrashes: every single crash of ${STEPS} steps that do I/O, beside as many plain simulations`,
  contenders: {
    simulate: { ...simulation(handler), clock: realTime },
    exploreCrashes: { run: explore, clock: realTime },
  },
  measure: async (runner) => {
    const { effort } = runner;
    const [runs] = (await runner.results("exploreCrashes")) as readonly [number]; // what explore resolves to
    const [plain = [], explorations = []] = await runner.rounds(["simulate", "exploreCrashes"], {
      ...effort,
      rounds: Math.min(effort.rounds, MAX_ROUNDS),
    });
    const crashed = explorations.map((ms) => ms / runs);
    const { ratio, spread } = compare(crashed, plain);
    return {
      head: HEAD,
      rows: [
        { cells: ["a plain simulation", duration(median(plain)), "", ""] },
        {
          cells: ["a run with a crash", duration(median(crashed)), `${digits(ratio)}× the time`, spread],
          target: { measured: ratio, bound: "at most", limit: 2, unit: "×" },
        },
        {
          cells: [`all ${runs} runs`, duration(median(explorations)), "", ""],
          target: { measured: runs, bound: "at least", limit: 250, unit: " runs" },
        },
      ],
    };
  },
};
