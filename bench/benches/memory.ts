import { setTimeout as pause } from "node:timers/promises";
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { simulate } from "@durable-counter/testing";
import { steps } from "../contenders/steps.ts";
import type { Bench } from "../measure/bench.ts";
import { digits, megabytes } from "../measure/figures.ts";
import type { Row } from "../measure/report.ts";

const BATCH = { full: 20_000, quick: 5_000 };
const BATCHES = { full: 5, quick: 2 };

/** Milliseconds until the durable SDK has dropped its timer of 500 ms per invocation. */
const IDLE_MS = 700;

const handler = withDurableExecution(steps(3));

async function heapAfter(simulations: number): Promise<number> {
  for (let done = 0; done < simulations; done++) await simulate(handler);
  await pause(IDLE_MS);
  gc?.(); // worker.ts exposes it
  gc?.(); // what only a finalizer still held
  return process.memoryUsage().heapUsed;
}

export const memory: Bench = {
  title: "The heap after more and more simulations of 3 steps",
  contenders: {
    full: { run: () => heapAfter(BATCH.full) },
    quick: { run: () => heapAfter(BATCH.quick) },
  },
  measure: async (runner) => {
    const size = runner.effort.isConclusive ? "full" : "quick";
    const heaps = (await runner.results(size, BATCHES[size])) as readonly number[]; // of heapAfter
    const rows = heaps.map((heap, index): Row => {
      // The first may still hold what the compiler is about to drop.
      const measured = heap / Math.min(...heaps);
      const isLast = index === heaps.length - 1;
      return {
        cells: [((index + 1) * BATCH[size]).toLocaleString("en-US"), megabytes(heap), `${digits(measured)}×`],
        ...(isLast && { target: { measured, bound: "at most", limit: 1.1, unit: "×" } }),
      };
    });
    return { head: ["simulations", "heap used", "to the smallest"], rows };
  },
};
