import {
  ExecutionHistory,
  ExecutionState,
  PendingOperations,
  type Clock,
  type ExecutionEnd,
  type Operation,
  type OperationUpdate,
} from "@durable-counter/testing/service";
import { callbackId } from "./callback-id.ts";
import { JournalClock } from "./journal-clock.ts";
import type { ExecutionStart, ExecutionSummary, JournalEntry } from "./journal.ts";

/**
 * The state machine of one execution: its operations, its pending timers and its history, as its journal leads to them. A
 * deterministic function of the journal, so a restarted emulator gets the same state again.
 */
export class RecordedExecution {
  readonly start: ExecutionStart;
  readonly state: ExecutionState;
  readonly pending: PendingOperations;
  readonly history = new ExecutionHistory();
  readonly clock: JournalClock;
  end: ExecutionEnd | undefined;
  endedAt: number | undefined;
  /** How many invocations have ended. */
  invocations = 0;
  /** All chained invokes, by the id of the operation. */
  readonly invokes = new Map<string, OperationUpdate>();
  /** Called when an operation has changed for a reason outside of the function. */
  onExternalEvent: () => void = () => undefined;

  /** @param onDue called with the name of a timer that is due */
  constructor(start: ExecutionStart, real: Clock, onDue: (timer: string) => void) {
    this.start = start;
    this.clock = new JournalClock(real, start.startedAt);
    this.state = new ExecutionState(start.payload, start.startedAt);
    this.pending = new PendingOperations(this, this.clock, onDue);
    this.history.executionStarted(start.payload, start.timeoutSeconds, this.#identity, start.startedAt);
  }

  get isClosed(): boolean {
    return this.end !== undefined;
  }

  /** The chained invokes that have not ended. */
  get openInvokes(): readonly OperationUpdate[] {
    return Array.from(this.invokes.values()).filter(({ Id = "" }) => !this.pending.isOver(Id));
  }

  get summary(): ExecutionSummary {
    const { arn, functionName, executionName, startedAt } = this.start;
    const status = this.end?.status ?? "RUNNING";
    return { arn, functionName, executionName, status, startedAt, endedAt: this.endedAt };
  }

  /** @throws ServiceError for an update that the service refuses; then nothing has changed */
  apply(entry: JournalEntry): void {
    this.clock.now = entry.at;
    switch (entry.kind) {
      case "checkpoint":
        this.state.apply(entry.updates, {
          now: entry.at,
          callbackId: (id) => callbackId(this.start.arn, id),
        });
        this.history.checkpointed(entry.updates, this.state, entry.at);
        for (const update of entry.updates) {
          this.pending.start(update);
          if (update.Type === "CHAINED_INVOKE") this.invokes.set(update.Id ?? "", update);
        }
        return;
      case "timer":
        return this.pending.expire(entry.timer);
      case "callback":
        return this.pending.answer(entry.id, entry.details);
      case "heartbeat":
        return this.pending.heartbeat(entry.id);
      case "invoke-ended":
        return this.pending.endInvoke(entry.id, entry.outcome);
      case "invocation-ended":
        this.invocations += 1;
        return this.history.invocationCompleted(entry, entry.at);
      case "ended": {
        const { kind: _, at, ...end } = entry;
        this.end = end;
        this.endedAt = at;
        this.pending.close();
        return this.history.executionEnded(end, this.#identity, at);
      }
    }
  }

  /** Called by the pending operations. */
  applyExternalEvent(id: string, changes: Partial<Operation>): void {
    this.state.change(id, changes);
    const operation = this.state.get(id);
    if (operation !== undefined) this.history.changed(operation, this.clock.now);
    this.onExternalEvent();
  }

  get #identity(): { Id: string; Name: string } {
    const { arn, executionName } = this.start;
    return { Id: arn.slice(arn.lastIndexOf("/") + 1), Name: executionName };
  }
}
