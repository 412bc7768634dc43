import { setImmediate } from "node:timers/promises";
import type { DurableExecutionClient, DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { readOutput, unwrapped, type InvocationOutput } from "../service/invocation-output.ts";
import { Invocation, type Ending } from "../simulator/invocation.ts";
import { lambdaContext } from "../service/lambda-context.ts";
import { WatchedState, type RecordedState } from "./watched-state.ts";

/** The handler to replay, and its identity. */
export interface ReplaySubject {
  readonly handler: DurableLambdaHandler;
  readonly arn: string;
  readonly timeoutMs: number;
}

/** One invocation of today's code on a recorded state. */
export interface ReplayRun {
  readonly output: InvocationOutput | { readonly status: "BROKEN"; readonly message: string };
  readonly state: WatchedState;
}

/**
 * @throws TypeError for a handler that is not wrapped, Error for a version of the durable SDK that cannot be watched
 */
export async function replayRun(subject: ReplaySubject, recorded: RecordedState): Promise<ReplayRun> {
  const { handler, arn, timeoutMs } = subject;
  const state = new WatchedState(recorded);
  let largeResult: string | undefined;
  const client: DurableExecutionClient = {
    getExecutionState: async () => ({ Operations: [] }),
    // Checkpoints of contexts that end are ignored.
    checkpoint: async ({ Updates = [] }) => {
      for (const { Type, Payload } of Updates) if (Type === "EXECUTION") largeResult = Payload;
      return { CheckpointToken: TOKEN, NewExecutionState: { Operations: [] } };
    },
  };
  const invocation = new Invocation();
  const ending = await invocation.run(
    handler,
    {
      DurableExecutionArn: arn,
      CheckpointToken: TOKEN,
      UpdatedOperationIds: [],
      InitialExecutionState: { Operations: state.operations },
    },
    client,
    lambdaContext({ functionArn: arn.split("/", 1)[0] ?? "" }),
    {
      timeoutMs,
      onTimeout: () =>
        new Error(`It did not end within ${timeoutMs} ms: it awaits something that is no durable operation.`),
    },
  );
  // Branches that lost a race can still reach operations after the winner has ended the invocation.
  await setImmediate();
  await setImmediate();
  if (!invocation.reachedService && ending.kind === "threw") {
    throw unwrapped(`threw ${String(ending.error)}`, ending.error);
  }
  if (!state.isWatched && ending.kind === "threw") throw ending.error;
  const output = outputOf(ending);
  return {
    output: output.status === "SUCCEEDED" ? { ...output, result: largeResult ?? output.result } : output,
    state,
  };
}

const TOKEN = "replay";

function outputOf(ending: Ending): ReplayRun["output"] {
  switch (ending.kind) {
    case "returned":
      return readOutput(ending.output);
    case "threw":
    case "stopped":
      return {
        status: "BROKEN",
        message: withoutClass(ending.error instanceof Error ? ending.error.message : String(ending.error)),
      };
    case "crashed":
      return { status: "BROKEN", message: "Its process died." };
  }
}

/** Removes the prefix by which the durable SDK classifies an error. */
function withoutClass(message: string): string {
  return message.replace(/^\[Unrecoverable \w+\] /, "");
}
