import {
  DurableExecutionInvocationInputWithClient,
  InvocationStatus,
  type DurableExecutionClient,
  type DurableLambdaHandler,
  type Operation,
  type OperationUpdate,
} from "@aws/durable-execution-sdk-js";
import type { Contender } from "../measure/bench.ts";

/**
 * The minimum that drives the real durable SDK: one invocation of a function of steps. Each update is answered as the service
 * would answer it, and not stored. There is no state, token, quota, clock or report.
 */
export function floor(handler: DurableLambdaHandler): Contender {
  return {
    run: async () => {
      const output = await handler(new DurableExecutionInvocationInputWithClient(INPUT, client), context);
      if (output.Status === InvocationStatus.SUCCEEDED) return JSON.parse(output.Result ?? "null") as unknown;
      throw new Error(`The floor ended as ${JSON.stringify(output)}.`);
    },
  };
}

const INPUT = {
  DurableExecutionArn: "arn:aws:lambda:us-east-1:123456789012:function:floor:1/durable-execution/floor/1",
  CheckpointToken: "token",
  UpdatedOperationIds: [],
  InitialExecutionState: {
    Operations: [
      {
        Id: "execution",
        Type: "EXECUTION",
        Status: "STARTED",
        StartTimestamp: new Date(0),
        ExecutionDetails: { InputPayload: "{}" },
      },
    ],
  },
} satisfies ConstructorParameters<typeof DurableExecutionInvocationInputWithClient>[0];

// All that the SDK reads of Lambda's context.
const context = {
  awsRequestId: "request",
  getRemainingTimeInMillis: () => 900_000,
} as Parameters<DurableLambdaHandler>[1];

const client: DurableExecutionClient = {
  async checkpoint({ Updates = [] }) {
    // The last update of a step has its status.
    const operations = new Map(Updates.map((update) => [update.Id, operationOf(update)]));
    return { CheckpointToken: "token", NewExecutionState: { Operations: [...operations.values()] } };
  },
  async getExecutionState() {
    return { Operations: [] };
  },
};

function operationOf({ Id, Name, Type, SubType, Action, Payload }: OperationUpdate): Operation {
  if (Action === "START") return { Id, Name, Type, SubType, Status: "STARTED", StartTimestamp: undefined };
  if (Action !== "SUCCEED") throw new Error(`The floor does not support ${Action}.`);
  const StepDetails = { Attempt: 1, Result: Payload };
  return { Id, Name, Type, SubType, Status: "SUCCEEDED", StartTimestamp: undefined, StepDetails };
}
