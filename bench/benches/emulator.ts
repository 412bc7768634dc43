import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { awsRunner } from "../contenders/aws-runner.ts";
import { emulatedSteps } from "../contenders/emulator/emulated-steps.ts";
import { steps } from "../contenders/steps.ts";
import { comparison } from "../measure/comparison.ts";

export const emulator = comparison({
  title: "a warm execution of 3 steps on the emulator, over HTTP, beside AWS's LocalDurableTestRunner",
  contenders: {
    "AWS's runner": awsRunner(withDurableExecution(steps(3))),
    "the emulator": emulatedSteps(),
  },
  as: "speed",
  target: { limit: 5 },
});
