/** The functions that the benches of the emulator run in its processes. Each export is one function. */
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { steps } from "../steps.ts";
import { timeCheckpoints } from "./time-checkpoints.ts";

export const sequentialSteps = withDurableExecution(
  ({ count = 3 }: { readonly count?: number }, context: DurableContext) => steps(count)({}, context),
);
/** A durable function without the SDK, which would add its own time to every call. */
export const checkpoints = timeCheckpoints;
