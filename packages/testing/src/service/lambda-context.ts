import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";

/** The second argument of a Lambda handler. */
export type LambdaContext = Parameters<DurableLambdaHandler>[1];

/** The parts of a {@link LambdaContext} that differ from invocation to invocation. */
export interface LambdaInvocation {
  /** With its qualifier: `arn:…:function:NAME:VERSION`. */
  readonly functionArn: string;
  /** Counted from 1; the request id follows from it. Default 1. */
  readonly invocation?: number;
  readonly tenantId?: string | undefined;
  /** Default: always the whole time. */
  readonly getRemainingTimeInMillis?: () => number;
}

/** Milliseconds that Lambda lets one invocation run at most: 15 minutes. */
export const INVOCATION_MS = 900_000;

/** Builds the context that Lambda passes to a function. */
export function lambdaContext(request: LambdaInvocation): LambdaContext {
  const { functionArn, invocation = 1, tenantId, getRemainingTimeInMillis = () => INVOCATION_MS } = request;
  const [, , , , , , functionName = "", functionVersion = ""] = functionArn.split(":");
  const context: LambdaContext = {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion,
    invokedFunctionArn: functionArn,
    memoryLimitInMB: "1024",
    awsRequestId: `00000000-0000-4000-8000-${`${invocation}`.padStart(12, "0")}`,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: "simulation",
    getRemainingTimeInMillis,
    done: ignore,
    fail: ignore,
    succeed: ignore,
  };
  if (tenantId !== undefined) context.tenantId = tenantId;
  return context;
}

/** What handlers called before there were promises. */
function ignore(): void {}
