import type { OperationUpdate } from "@aws/durable-execution-sdk-js";

/** A point of the protocol where an invocation can die or a call can fail. */
export type ProtocolPoint = {
  /** The execution: the one simulated, or one it invoked. */
  readonly arn: string;
  /** Counted from 1, per execution. */
  readonly invocation: number;
} & (
  | {
      /** The function is about to run; its answer is about to reach the service. */
      readonly at: "invocation-start" | "invocation-end";
    }
  | {
      /** The state is about to be read; updates are about to land; they landed and the answer is on its way. */
      readonly at: "state-read" | "checkpoint" | "checkpoint-answer";
      /** Checkpoint calls of the execution so far, this one included; counted from 1. */
      readonly call: number;
      /** Empty for a poll. */
      readonly updates: readonly OperationUpdate[];
    }
  | {
      /** An invocation that is over calls all the same; it is refused, whatever the answer here. */
      readonly at: "stale-call";
      readonly updates: readonly OperationUpdate[];
    }
);

/**
 * Decides what goes wrong at a point: `"crash"` ends the invocation there, its process is gone, and the service
 * invokes again; an Error is what a call fails with (at the start and the end of an invocation, where there is no call,
 * it crashes too); nothing lets it pass.
 *
 * Code cannot be killed in-process: what a body does after its invocation crashed still happens, but does not land.
 */
export type Faults = (point: ProtocolPoint) => "crash" | Error | undefined;

/** Thrown by a handler whose process dies otherwise than at a point of the protocol: treated as a crash. */
export class ProcessDied extends Error {
  override readonly name = "ProcessDied";

  constructor() {
    super("The process died.");
  }
}
