import type { DurableContext } from "@aws/durable-execution-sdk-js";

/** The Lambda context of an invocation that has all the time a Lambda can have. */
export function fakeLambdaContext(executionArn: string): DurableContext["lambdaContext"] {
  const [, invokedFunctionArn = "", name = "", version = ""] =
    /^(.*:function:([^:/]*):([^/]*))/.exec(executionArn) ?? [];
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: name,
    functionVersion: version,
    invokedFunctionArn,
    memoryLimitInMB: "128",
    awsRequestId: "fake-request",
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: "fake-log-stream",
    getRemainingTimeInMillis: () => 900_000,
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}
