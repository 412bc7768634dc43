import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { simulate, type Simulation } from "@durable-counter/testing";
import { restoreCounterError } from "./index.ts";

interface Run<Result> extends Pick<Simulation<Result>, "result" | "invocations"> {
  /** What the execution failed with, restored. */
  readonly error: unknown;
  readonly message: string | undefined;
  readonly operations: readonly { readonly status: string }[];
  readonly names: readonly (string | undefined)[];
}

/** Runs a handler on the simulator. */
export async function runHandler<Result>(
  handler: DurableLambdaHandler,
  payload?: unknown,
): Promise<Run<Result>> {
  const { result, error, operations, invocations } = await simulate<Result>(handler, { payload });
  return {
    ...(result !== undefined && { result }),
    error: error && restoreCounterError(error),
    message: error?.message,
    operations: operations.map(({ name, status, result: output }) => ({ name, status, result: output })),
    names: operations.map(({ name }) => name),
    invocations,
  };
}
