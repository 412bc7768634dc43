import type {
  CallbackDetails,
  EndedInvocation,
  ExecutionEnd,
  InvokeOutcome,
  OperationUpdate,
} from "@durable-counter/testing/service";

/** What an execution starts with. */
export interface ExecutionStart {
  readonly arn: string;
  readonly functionName: string;
  readonly executionName: string;
  /** JSON. */
  readonly payload: string | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Seconds that the execution may take. */
  readonly timeoutSeconds: number;
  readonly tenantId?: string | undefined;
}

/** Something that happened to an execution. Its state follows from its start and its journal alone. */
export type JournalEntry = { readonly at: number } & (
  | { readonly kind: "checkpoint"; readonly updates: readonly OperationUpdate[] }
  | { readonly kind: "timer"; readonly timer: string }
  | { readonly kind: "callback"; readonly id: string; readonly details: CallbackDetails }
  | { readonly kind: "heartbeat"; readonly id: string }
  | { readonly kind: "invoke-ended"; readonly id: string; readonly outcome: InvokeOutcome }
  | ({ readonly kind: "invocation-ended" } & EndedInvocation)
  | ({ readonly kind: "ended" } & ExecutionEnd)
);

/** One execution, as lists show it. */
export interface ExecutionSummary {
  readonly arn: string;
  readonly functionName: string;
  readonly executionName: string;
  readonly status: "RUNNING" | ExecutionEnd["status"];
  readonly startedAt: number;
  readonly endedAt?: number | undefined;
}

/** Where executions are kept. What a method has returned from is kept. */
export interface ExecutionStore {
  /** All executions, in start order. */
  list(): readonly ExecutionSummary[];
  start(start: ExecutionStart): void;
  append(arn: string, entry: JournalEntry): void;
  /** Reads an execution, or nothing if there is none with that ARN. */
  read(
    arn: string,
  ): { readonly start: ExecutionStart; readonly journal: readonly JournalEntry[] } | undefined;
  close(): void;
}
