import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { LocalDurableTestRunner } from "@aws/durable-execution-sdk-js-testing";
import type { Contender } from "../measure/bench.ts";
import { realTime } from "../measure/real-time.ts";

/** A run on AWS's own local runner with real timers, its default. Most of its time is waiting. */
export function awsRunner(handlerFunction: DurableLambdaHandler): Contender {
  return {
    setUp: () => LocalDurableTestRunner.setupTestEnvironment(),
    run: async () => {
      const execution = await new LocalDurableTestRunner({ handlerFunction }).run({ payload: {} });
      return execution.getResult();
    },
    clock: realTime,
  };
}
