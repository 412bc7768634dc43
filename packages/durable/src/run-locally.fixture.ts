import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { LocalDurableTestRunner } from "@aws/durable-execution-sdk-js-testing";
import { afterAll, beforeAll } from "vitest";

/** Lets the tests of this file run durable Lambdas: the real SDK, under AWS's own local runner, time skipped. */
export function useLocalRunner() {
  beforeAll(() => LocalDurableTestRunner.setupTestEnvironment({ skipTime: true }));
  afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());

  return async (handlerFunction: DurableLambdaHandler, payload?: unknown) => {
    const execution = await new LocalDurableTestRunner({ handlerFunction }).run({ payload });
    const operations = execution.getOperations().map((operation) => ({
      name: operation.getName(),
      status: operation.getStatus(),
      ...(operation.getType() === "STEP" && { result: operation.getStepDetails()?.result }),
    }));
    const ended =
      execution.getStatus() === "SUCCEEDED"
        ? { result: execution.getResult(), error: undefined }
        : { result: undefined, error: execution.getError() };
    return {
      ...ended,
      operations,
      names: operations.map(({ name }) => name),
      invocations: execution.getInvocations().length,
    };
  };
}
