import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { simulate } from "@durable-counter/testing";
import type { Contender } from "../measure/bench.ts";

/** A run on the simulator. */
export function simulation(handler: DurableLambdaHandler): Contender {
  return { run: async () => (await simulate(handler)).result };
}
