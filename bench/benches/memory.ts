import { setTimeout as pause } from "node:timers/promises";
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { simulate } from "@durable-counter/testing";
import { steps } from "../contenders/steps.ts";
import type { Bench } from "../measure/bench.ts";
import { digits, megabytes } from "../measure/figures.ts";
import type { Row } from "../measure/report.ts";

const SERVING = { full: 20_000, quick: 5_000 };
const SERVINGS = { full: 5, quick: 2 };

/** Milliseconds; the durable SDK keeps a timer of 500 per invocation. */
const SETTLED = 700;

const handler = withDurableExecution(steps(3));

async function heapAfter(simulations: number): Promise<number> {
  for (let done = 0; done < simulations; done++) await simulate(handler);
  await pause(SETTLED);
  gc?.(); // player.ts exposes it
  gc?.(); // what only a finalizer still held
  return process.memoryUsage().heapUsed;
}

export const memory: Bench = {
  title: "The heap after more and more simulations of 3 steps",
  contenders: {
    full: { run: () => heapAfter(SERVING.full) },
    quick: { run: () => heapAfter(SERVING.quick) },
  },
  measure: async (arena) => {
    const serving = arena.effort.isConclusive ? "full" : "quick";
    const heaps = (await arena.results(serving, SERVINGS[serving])) as readonly number[]; // of heapAfter
    const rows = heaps.map((heap, index): Row => {
      // The first may still hold what the compiler is about to drop.
      const measured = heap / Math.min(...heaps);
      const isLast = index === heaps.length - 1;
      return {
        cells: [
          ((index + 1) * SERVING[serving]).toLocaleString("en-US"),
          megabytes(heap),
          `${digits(measured)}×`,
        ],
        ...(isLast && { target: { measured, bound: "at most", limit: 1.1, unit: "×" } }),
      };
    });
    return { head: ["simulations", "heap used", "to the smallest"], rows };
  },
};
