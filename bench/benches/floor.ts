import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { floor } from "../contenders/floor.ts";
import { simulation } from "../contenders/simulation.ts";
import { steps } from "../contenders/steps.ts";
import { comparison } from "../measure/comparison.ts";

const handler = withDurableExecution(steps(3));

export const simulateBesideFloor = comparison({
  title: "simulate beside the floor, a client that keeps nothing: a run of 3 steps",
  contenders: { "the floor": floor(handler), simulate: simulation(handler) },
  as: "cost",
  target: { limit: 1.5 },
});
