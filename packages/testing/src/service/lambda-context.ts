import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { functionArn } from "./arn.ts";

/** Lambda's own context. */
export type LambdaContext = Parameters<DurableLambdaHandler>[1];

/** What a function is told about its invocation. */
export function lambdaContext(
  functionName: string,
  request: { readonly invocation: number; readonly tenantId?: string | undefined },
  getRemainingTimeInMillis: () => number,
): LambdaContext {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: `${functionArn(functionName)}:$LATEST`,
    memoryLimitInMB: "1024",
    awsRequestId: `00000000-0000-4000-8000-${`${request.invocation}`.padStart(12, "0")}`,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: "simulation",
    ...(request.tenantId === undefined ? {} : { tenantId: request.tenantId }),
    getRemainingTimeInMillis,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
