import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { durableCounter } from "@durable-counter/durable";
import { simulation } from "../contenders/simulation.ts";
import { comparison } from "../measure/comparison.ts";

const INCREMENTS = 20;

/** The equivalent without this package. */
const bare = withDurableExecution(async (_event: unknown, context: DurableContext) => {
  let value = 0;
  for (let sequence = 0; sequence < INCREMENTS; sequence++) {
    const before = value;
    value = await context.step(`counter/${sequence}/increment(1)`, async () => before + 1);
  }
  return value;
});

const ours = withDurableExecution(async (_event: unknown, context: DurableContext) => {
  const counter = durableCounter(context);
  let value = 0;
  for (let sequence = 0; sequence < INCREMENTS; sequence++) value = await counter.increment();
  return value;
});

export const durableCounterBesideSteps = comparison({
  title: `durableCounter beside bare context.step: ${INCREMENTS} increments, one step each, simulated`,
  contenders: { "context.step": simulation(bare), durableCounter: simulation(ours) },
  as: "cost",
  target: { limit: 1.15 },
});
