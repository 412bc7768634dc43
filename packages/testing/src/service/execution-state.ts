import type { Operation, OperationUpdate } from "@aws/durable-execution-sdk-js";
import { checkOperationCount, checkUpdate } from "./quotas.ts";
import { ServiceError } from "./service-error.ts";
import { transition, type TransitionContext } from "./transition.ts";

/**
 * The state of one execution that the service stores: its operations, and which of them have changed since the function
 * last read them.
 */
export class ExecutionState {
  readonly #operations = new Map<string, Operation>();
  readonly #changes = new Map<string, Operation>();
  readonly #execution: Operation;
  /** The result of the execution as JSON, if it was too large for the response of the invocation. */
  largeResult: { readonly payload: string | undefined } | undefined;

  constructor(payload: string | undefined, now: number) {
    this.#execution = {
      Id: "execution",
      Type: "EXECUTION",
      Status: "STARTED",
      StartTimestamp: new Date(now),
      ExecutionDetails: { InputPayload: payload },
    };
  }

  /** All operations in start order, without the execution itself. */
  get operations(): Iterable<Operation> {
    return this.#operations.values();
  }

  get(id: string): Operation | undefined {
    return this.#operations.get(id);
  }

  /**
   * Applies all updates of one checkpoint call, or none of them.
   *
   * @throws ServiceError with the message of the service
   */
  apply(updates: readonly OperationUpdate[], context: TransitionContext): void {
    const draft = new Map<string, Operation>();
    let largeResult = this.largeResult;
    for (const [index, update] of updates.entries()) {
      checkUpdate(update);
      if (update.Type === "EXECUTION") {
        if (index < updates.length - 1)
          throw new ServiceError("EXECUTION checkpoint must be the last update.");
        largeResult = { payload: update.Payload };
        continue;
      }
      const id = update.Id ?? "";
      this.#checkParent(update, draft);
      draft.set(id, transition(draft.get(id) ?? this.#operations.get(id), update, context));
    }
    let count = this.#operations.size;
    for (const id of draft.keys()) if (!this.#operations.has(id)) count += 1;
    checkOperationCount(count);

    this.largeResult = largeResult;
    for (const [id, operation] of draft) this.#put(id, operation);
  }

  /**
   * Applies a change that does not come from a checkpoint: a timer, an answered callback, the end of an invoked
   * function.
   */
  change(id: string, changes: Partial<Operation>): void {
    const operation = this.#operations.get(id);
    if (operation !== undefined) this.#put(id, { ...operation, ...changes });
  }

  /** Whether an operation has changed since {@link takeChanges}. */
  get hasChanges(): boolean {
    return this.#changes.size > 0;
  }

  /** Returns the operations that have changed since the last call. */
  takeChanges(): Operation[] {
    const changes = [...this.#changes.values()];
    this.#changes.clear();
    return changes;
  }

  /**
   * The state at the start of an invocation: the execution first, then all operations but the children of closed
   * contexts.
   */
  resume(): Operation[] {
    return [this.#execution, ...withoutClosedChildren(this.#operations)];
  }

  /** Whether an operation lies within a closed context, so that no code awaits it any more. */
  isAbandoned(operation: Operation): boolean {
    return isWithinClosed(operation, this.#operations);
  }

  #checkParent({ ParentId }: OperationUpdate, draft: ReadonlyMap<string, Operation>): void {
    if (ParentId === undefined) return;
    const parent = draft.get(ParentId) ?? this.#operations.get(ParentId);
    if (parent?.Type !== "CONTEXT") throw new ServiceError("Invalid parent operation id.");
  }

  #put(id: string, operation: Operation): void {
    this.#operations.set(id, operation);
    this.#changes.set(id, operation);
  }
}

/** Whether an operation lies within a closed context. */
export function isWithinClosed(operation: Operation, operations: ReadonlyMap<string, Operation>): boolean {
  const parent = operation.ParentId === undefined ? undefined : operations.get(operation.ParentId);
  return parent !== undefined && (isClosed(parent) || isWithinClosed(parent, operations));
}

/** All operations but the children of closed contexts. A context that replays its children keeps them. */
export function withoutClosedChildren(operations: ReadonlyMap<string, Operation>): Operation[] {
  const pruned = new Set<string>();
  const kept: Operation[] = [];
  for (const [id, operation] of operations) {
    const parent = operation.ParentId;
    if (parent !== undefined && (pruned.has(parent) || prunesChildren(operations.get(parent))))
      pruned.add(id);
    else kept.push(operation);
  }
  return kept;
}

function prunesChildren(context: Operation | undefined): boolean {
  return context !== undefined && isClosed(context) && context.ContextDetails?.ReplayChildren !== true;
}

const OPEN: ReadonlySet<Operation["Status"]> = new Set(["STARTED", "PENDING", "READY"]);

/** Whether an operation has ended, in any way. */
export function isClosed(operation: Operation): boolean {
  return !OPEN.has(operation.Status);
}
