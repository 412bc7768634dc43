import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { awsRunner } from "../contenders/aws-runner.ts";
import { simulation } from "../contenders/simulation.ts";
import { steps } from "../contenders/steps.ts";
import { comparison } from "../measure/comparison.ts";
import { realTime } from "../measure/real-time.ts";

const handler = withDurableExecution(steps(3));

export const aws = comparison({
  title: "simulate beside AWS's LocalDurableTestRunner: a run of 3 steps",
  contenders: { "AWS's runner": awsRunner(handler), simulate: { ...simulation(handler), clock: realTime } },
  as: "speed",
  target: { limit: 200 },
});
