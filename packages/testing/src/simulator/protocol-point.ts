import type { DurableLambdaHandler, OperationUpdate } from "@aws/durable-execution-sdk-js";

/** A point of the protocol at which an invocation can die or a call can fail. */
export type ProtocolPoint = {
  /** The simulated execution, or one that it invoked. */
  readonly arn: string;
  /** The function, if the execution was invoked by another one. */
  readonly invokedFunction?: string | undefined;
  /** Counted from 1, per execution. */
  readonly invocation: number;
} & (
  | {
      /** Before the function runs; after it has returned, before the service gets its answer. */
      readonly at: "invocation-start" | "invocation-end";
    }
  | {
      /**
       * Before the state is read; before updates are stored; after they are stored, before the process gets the answer.
       */
      readonly at: "state-read" | "checkpoint" | "checkpoint-answer";
      /** The number of the checkpoint call within the execution, from 1. */
      readonly call: number;
      /** Empty for a poll. */
      readonly updates: readonly OperationUpdate[];
    }
  | {
      /** A call of an invocation that has ended. It is refused in any case. */
      readonly at: "stale-call";
      readonly updates: readonly OperationUpdate[];
    }
  | {
      /** The service has refused a checkpoint, whatever the answer here. */
      readonly at: "refusal";
      readonly updates: readonly OperationUpdate[];
      readonly message: string;
    }
);

/**
 * Decides what fails at a point. `"crash"` ends the process, and the service invokes the function again. An Error is
 * thrown by the call; at the start and at the end of an invocation, where there is no call, it is a crash. `undefined`
 * lets everything pass.
 *
 * `"no-token"`, at `checkpoint-answer`, lets the service answer without a checkpoint token: it asks the SDK to end the
 * invocation, and invokes the function again.
 *
 * The code of a process that has crashed cannot be stopped: it goes on, but its checkpoints are refused.
 */
export type Faults = (point: ProtocolPoint) => "crash" | "no-token" | Error | undefined;

/** Wraps a handler, so that each of its invocations runs in a simulated process. */
export type RunInProcess = (
  handler: DurableLambdaHandler,
  execution: Pick<ProtocolPoint, "arn" | "invokedFunction">,
) => DurableLambdaHandler;

/** Thrown by a handler whose process dies outside of a call to the service. It counts as a crash. */
export class ProcessDied extends Error {
  override readonly name = "ProcessDied";

  constructor() {
    super("The process died.");
  }
}
