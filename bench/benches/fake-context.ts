import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { FakeContext } from "@durable-counter/testing";
import { simulation } from "../contenders/simulation.ts";
import { steps } from "../contenders/steps.ts";
import { comparison } from "../measure/comparison.ts";

const logic = steps(3);

export const fakeContext = comparison({
  title: "FakeContext beside simulate: a run of 3 steps",
  contenders: {
    simulate: simulation(withDurableExecution(logic)),
    FakeContext: { run: () => logic({}, new FakeContext()) },
  },
  as: "speed",
  target: { limit: 50 },
});
