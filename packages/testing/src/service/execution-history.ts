import type { ErrorObject, Operation, OperationUpdate } from "@aws/durable-execution-sdk-js";
import { waitSecondsOf } from "./duration.ts";
import type { InvokeOutcome } from "./invoke-outcome.ts";

/** An event as GetDurableExecutionHistory returns it, with the member `<EventType>Details`. */
export interface ExecutionHistoryEvent {
  readonly EventType: string;
  /** Counted from 1. */
  readonly EventId: number;
  readonly EventTimestamp: Date;
  /** The id of the operation, or of the execution. Events of invocations have none. */
  readonly Id?: string | undefined;
  readonly ParentId?: string | undefined;
  readonly Name?: string | undefined;
  readonly SubType?: string | undefined;
  readonly [details: `${string}Details`]: Readonly<Record<string, unknown>>;
}

/** How an execution ended. */
export type ExecutionEnd = InvokeOutcome & {
  readonly status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "STOPPED";
};

/** One invocation that has ended. */
export interface EndedInvocation {
  readonly requestId: string;
  readonly startedAt: number;
  readonly error?: ErrorObject | undefined;
}

/** The history of one execution, as the service writes it. Times are milliseconds since the epoch. */
export class ExecutionHistory {
  readonly #records: EventRecord[] = [];
  /** The first records as events. Most histories are never read, so events are built when they are. */
  readonly #events: ExecutionHistoryEvent[] = [];
  readonly #started = new Set<string>();
  readonly #attempts = new Map<string, number>();

  get events(): readonly ExecutionHistoryEvent[] {
    for (const record of this.#records.slice(this.#events.length)) {
      this.#events.push(eventOf(record, this.#events.length + 1));
    }
    return this.#events;
  }

  /** How many events there are. */
  get length(): number {
    return this.#records.length;
  }

  /** @param timeoutSeconds how long the execution may take */
  executionStarted(
    payload: string | undefined,
    timeoutSeconds: number,
    of: { readonly Id: string; readonly Name: string },
    at: number,
  ): void {
    this.#add("ExecutionStarted", of, at, { Input: content(payload), ExecutionTimeout: timeoutSeconds });
  }

  /** Writes down the updates of one checkpoint call, after the state has applied them. */
  checkpointed(
    updates: readonly OperationUpdate[],
    state: { get(id: string): Operation | undefined },
    at: number,
  ): void {
    for (const update of updates) {
      if (update.Type === "EXECUTION") continue;
      const id = update.Id ?? "";
      if (!this.#started.has(id)) this.#start(update, state.get(id), at);
      else if (update.Action === "START" && update.Type === "STEP") this.#add("StepStarted", update, at, {});
      if (update.Action !== "START") this.#close(update, at);
    }
  }

  /** Writes down that a wait, a callback or a chained invoke has ended. Other changes of an operation are no events. */
  changed(operation: Operation, at: number): void {
    const { Type, Status = "", CallbackDetails, ChainedInvokeDetails } = operation;
    const end = ENDS[Status];
    if (end === undefined) return;
    if (Type === "WAIT") {
      this.#add(`Wait${end}`, operation, at, { Duration: waitSecondsOf(operation) });
    } else if (Type === "CALLBACK" || Type === "CHAINED_INVOKE") {
      const { Result, Error: error } = CallbackDetails ?? ChainedInvokeDetails ?? {};
      const details = Status === "SUCCEEDED" ? { Result: content(Result) } : { Error: content(error) };
      this.#add(`${KINDS[Type]}${end}`, operation, at, details);
    }
  }

  invocationCompleted({ requestId, startedAt, error }: EndedInvocation, at: number): void {
    this.#add("InvocationCompleted", {}, at, {
      StartTimestamp: new Date(startedAt),
      EndTimestamp: new Date(at),
      RequestId: requestId,
      Error: error === undefined ? {} : content(error),
    });
  }

  executionEnded(
    { status, result, error }: ExecutionEnd,
    of: { readonly Id: string; readonly Name: string },
    at: number,
  ): void {
    const details = status === "SUCCEEDED" ? { Result: content(result) } : { Error: content(error) };
    this.#add(`Execution${ENDS[status]}`, of, at, details);
  }

  #start(update: OperationUpdate, operation: Operation | undefined, at: number): void {
    const { Id = "", Type = "EXECUTION" } = update;
    this.#started.add(Id);
    this.#add(`${KINDS[Type]}Started`, update, at, startDetails(update, operation));
  }

  #close({ Action, Payload, Error: error, StepOptions, ...of }: OperationUpdate, at: number): void {
    const attempt = (this.#attempts.get(of.Id ?? "") ?? 0) + 1;
    this.#attempts.set(of.Id ?? "", attempt);
    const hasFailed = Action === "FAIL" || error !== undefined;
    const retry =
      Action === "RETRY" ? { NextAttemptDelaySeconds: StepOptions?.NextAttemptDelaySeconds } : undefined;
    this.#add(`${KINDS[of.Type ?? "EXECUTION"]}${hasFailed ? "Failed" : "Succeeded"}`, of, at, {
      ...(hasFailed ? { Error: content(error) } : { Result: content(Payload) }),
      ...(of.Type === "STEP" ? { RetryDetails: { CurrentAttempt: attempt, ...retry } } : {}),
    });
  }

  #add(type: string, { Id, ParentId, Name, SubType }: EventSource, at: number, details: EventDetails): void {
    this.#records.push({ type, Id, ParentId, Name, SubType, at, details });
  }
}

/** The operation or the execution that an event is about. */
type EventSource = Pick<ExecutionHistoryEvent, "Id" | "ParentId" | "Name" | "SubType">;

type EventDetails = Readonly<Record<string, unknown>>;

interface EventRecord extends EventSource {
  readonly type: string;
  readonly at: number;
  readonly details: EventDetails;
}

function eventOf(record: EventRecord, EventId: number): ExecutionHistoryEvent {
  const { type: EventType, Id, ParentId, Name, SubType, at, details } = record;
  return {
    EventType,
    EventId,
    EventTimestamp: new Date(at),
    ...(Id === undefined ? {} : { Id }),
    ...(ParentId === undefined ? {} : { ParentId }),
    ...(Name === undefined ? {} : { Name }),
    ...(SubType === undefined ? {} : { SubType }),
    [`${EventType}Details`]: details,
  };
}

const KINDS = {
  EXECUTION: "Execution",
  CONTEXT: "Context",
  STEP: "Step",
  WAIT: "Wait",
  CALLBACK: "Callback",
  CHAINED_INVOKE: "ChainedInvoke",
} as const satisfies Record<NonNullable<Operation["Type"]>, string>;

const ENDS: Readonly<Record<string, string>> = {
  SUCCEEDED: "Succeeded",
  FAILED: "Failed",
  TIMED_OUT: "TimedOut",
  STOPPED: "Stopped",
  CANCELLED: "Cancelled",
};

function startDetails(update: OperationUpdate, operation: Operation | undefined): Record<string, unknown> {
  const { Type, Payload, WaitOptions, CallbackOptions, ChainedInvokeOptions } = update;
  switch (Type) {
    case "WAIT":
      return {
        Duration: WaitOptions?.WaitSeconds,
        ScheduledEndTimestamp: operation?.WaitDetails?.ScheduledEndTimestamp,
      };
    case "CALLBACK":
      return {
        CallbackId: operation?.CallbackDetails?.CallbackId,
        Timeout: CallbackOptions?.TimeoutSeconds,
        HeartbeatTimeout: CallbackOptions?.HeartbeatTimeoutSeconds,
      };
    case "CHAINED_INVOKE":
      return {
        FunctionName: ChainedInvokeOptions?.FunctionName,
        TenantId: ChainedInvokeOptions?.TenantId,
        Input: content(Payload),
      };
    default:
      return {};
  }
}

function content<T>(Payload: T | undefined): { Payload?: T; Truncated: boolean } {
  return Payload === undefined ? { Truncated: false } : { Payload, Truncated: false };
}
