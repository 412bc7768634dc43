import type { Clock, InvokeOutcome } from "@durable-counter/testing/service";
import type { InvocationRequest, RunningInvocation } from "../functions/lambda-function.ts";
import type { Chaos, KillPoint } from "./chaos.ts";
import type { ExecutionStart, ExecutionStore } from "./journal.ts";
import type { RecordedExecution } from "./recorded-execution.ts";

/** A function that an execution invokes. */
export interface ChainedInvoke {
  readonly parent: ExecutionStart;
  /** The id of the operation. */
  readonly id: string;
  readonly functionName: string;
  /** JSON. */
  readonly payload: string | undefined;
  readonly tenantId: string | undefined;
}

/** An execution to which something has happened. */
export interface ChangedExecution {
  readonly arn: string;
  readonly recorded: RecordedExecution;
  /** Whether a process works on it right now. */
  readonly isRunning: boolean;
}

/** What all executions of an emulator share. */
export interface ExecutionEnvironment {
  readonly clock: Clock;
  /** Keeps what happens, before it is acknowledged. */
  readonly store: ExecutionStore | undefined;
  readonly chaos: Chaos | undefined;
  /** Different in every run of the emulator. */
  readonly tokenPrefix: string;
  invoke(functionName: string, request: InvocationRequest): RunningInvocation;
  /** Never rejects. */
  invokeChained(invoke: ChainedInvoke): Promise<InvokeOutcome>;
  /** Called after everything that happens to an execution. */
  onChange(execution: ChangedExecution): void;
  /** Called when chaos has killed the process that works on an execution. */
  onKill(execution: ChangedExecution, at: KillPoint): void;
  /** Called with an error that leaves the emulator in an unknown state, such as a full disk. */
  fatal(error: unknown): void;
}
