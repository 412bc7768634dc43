import {
  DurableExecutionInvocationInputWithClient,
  InvocationStatus,
  type DurableExecutionClient,
  type DurableLambdaHandler,
  type Operation,
  type OperationUpdate,
} from "@aws/durable-execution-sdk-js";
import type { SimulateOptions } from "../simulator/options.ts";
import { simulate } from "../simulator/simulate.ts";
import type { JsonEvent } from "./recording.fixture.ts";

/** An operation without its times. */
type RecordedOperation = Omit<
  Operation,
  "StartTimestamp" | "EndTimestamp" | "StepDetails" | "WaitDetails"
> & {
  readonly StepDetails?: { readonly Attempt?: number | undefined } | undefined;
};

const KINDS: Readonly<Record<string, string>> = {
  STEP: "Step",
  WAIT: "Wait",
  CALLBACK: "Callback",
  CHAINED_INVOKE: "ChainedInvoke",
  CONTEXT: "Context",
};
const ENDS: Readonly<Record<string, string>> = {
  SUCCEEDED: "Succeeded",
  FAILED: "Failed",
  TIMED_OUT: "TimedOut",
};

/** Simulates a handler, and records the history that the service would have. */
export async function simulatedHistory(
  handler: DurableLambdaHandler,
  options: SimulateOptions,
): Promise<JsonEvent[]> {
  const events: JsonEvent[] = [];
  const known = new Map<string, Operation["Status"]>();
  const write = (
    EventType: string,
    of: Partial<Pick<RecordedOperation, "Id" | "ParentId" | "Name" | "SubType">>,
    details: object = {},
  ) => {
    const { Id, ParentId, Name, SubType } = of;
    const EventId = events.length + 1;
    const base = {
      EventType,
      EventId,
      EventTimestamp: "2026-01-01T00:00:00.000Z",
      Id,
      ParentId,
      Name,
      SubType,
    };
    events.push(JSON.parse(JSON.stringify({ ...base, [`${EventType}Details`]: details })) as JsonEvent); // what it is
  };
  const record = (operations: readonly RecordedOperation[]) => {
    for (const operation of operations) {
      const { Id = "", Type = "", Status = "" } = operation;
      const end = ENDS[Status];
      const isOutside = Type === "WAIT" || Type === "CALLBACK" || Type === "CHAINED_INVOKE";
      if (end !== undefined && isOutside && known.get(Id) !== operation.Status) {
        const { Result, Error } = operation.CallbackDetails ?? operation.ChainedInvokeDetails ?? {};
        write(`${KINDS[Type]}${end}`, operation, { Result: { Payload: Result }, Error: { Payload: Error } });
      }
      known.set(Id, operation.Status);
    }
  };
  const applied = (update: OperationUpdate, operations: readonly RecordedOperation[]) => {
    const { Type = "", Action, Payload, Error, StepOptions } = update;
    const operation = operations.find(({ Id }) => Id === update.Id);
    if (Action === "START") {
      return write(`${KINDS[Type]}Started`, update, { CallbackId: operation?.CallbackDetails?.CallbackId });
    }
    write(`${KINDS[Type]}${Error === undefined ? "Succeeded" : "Failed"}`, update, {
      Result: { Payload },
      Error: { Payload: Error },
      RetryDetails: { CurrentAttempt: operation?.StepDetails?.Attempt, ...StepOptions },
    });
  };
  const recorder: DurableLambdaHandler = async (event, context) => {
    const { Operations } = event.InitialExecutionState;
    if (events.length === 0) {
      write(
        "ExecutionStarted",
        {},
        { Input: { Payload: Operations[0]?.ExecutionDetails?.InputPayload ?? "{}" } },
      );
    }
    record(Operations);
    // The events of the simulator carry its client.
    const { durableExecutionClient: client } = event as unknown as {
      durableExecutionClient: DurableExecutionClient;
    };
    const recording: DurableExecutionClient = {
      getExecutionState: async (...request) => {
        const page = await client.getExecutionState(...request);
        record(page.Operations ?? []);
        return page;
      },
      checkpoint: async (request, logger) => {
        const answer = await client.checkpoint(request, logger);
        const changed = answer.NewExecutionState?.Operations ?? [];
        for (const update of request.Updates ?? []) applied(update, changed);
        record(changed);
        return answer;
      },
    };
    const input = new DurableExecutionInvocationInputWithClient(event, recording);
    const output = await handler(
      Object.assign(input, { UpdatedOperationIds: event.UpdatedOperationIds ?? [] }),
      context,
    );
    write("InvocationCompleted", {});
    if (output.Status === InvocationStatus.SUCCEEDED) {
      write("ExecutionSucceeded", {}, { Result: { Payload: output.Result } });
    } else if (output.Status === InvocationStatus.FAILED) {
      write("ExecutionFailed", {}, { Error: { Payload: output.Error } });
    }
    return output;
  };
  // An execution that waits forever has a history too.
  await simulate(recorder, options).catch(() => undefined);
  return events;
}
