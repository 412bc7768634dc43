import {
  DurableExecutionInvocationInputWithClient,
  type DurableExecutionClient,
  type DurableLambdaHandler,
  type OperationUpdate,
} from "@aws/durable-execution-sdk-js";

/** Wraps a handler and records every update that its checkpoints send to the service, in order. */
export function recordUpdates(handler: DurableLambdaHandler): {
  readonly handler: DurableLambdaHandler;
  readonly updates: readonly OperationUpdate[];
} {
  const updates: OperationUpdate[] = [];
  return {
    updates,
    handler: (event, context) => {
      const { durableExecutionClient: client } = event as DurableExecutionInvocationInputWithClient; // a simulation's
      const recording: DurableExecutionClient = {
        getExecutionState: (request, logger) => client.getExecutionState(request, logger),
        checkpoint: (request, logger) => {
          updates.push(...(request.Updates ?? []));
          return client.checkpoint(request, logger);
        },
      };
      return handler(new DurableExecutionInvocationInputWithClient(event, recording), context);
    },
  };
}
