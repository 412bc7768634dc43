import type { AnySerdes, DurableLogger } from "@aws/durable-execution-sdk-js";
import type { DurableOperation } from "../service/durable-operation.ts";
import type { FakeExecution } from "./fake-execution.ts";
import { frames } from "./frame.ts";
import { loggingContextOf } from "./memory-logger.ts";
import { TraceEntry } from "./trace-entry.ts";

/** The state behind one context: the root's, or that of a child context. */
export class Scope {
  readonly execution: FakeExecution;
  /** Undefined in the root, `"1"` or `"1-2"` in children. */
  readonly prefix: string | undefined;
  /** The logger that step bodies get. */
  logger: DurableLogger;
  /** Undefined means the SDK's default, JSON. */
  serdes: AnySerdes | undefined = undefined;
  /** Undefined means the SDK's default, the plain text. */
  callbackDeserializer: Pick<AnySerdes, "deserialize"> | undefined = undefined;
  /** The number of contexts around this one. */
  readonly #depth: number;
  readonly #parent: Scope | undefined;
  #operations = 0;
  #closed = false;

  constructor(execution: FakeExecution, logger: DurableLogger, parent?: Scope, prefix?: string) {
    this.execution = execution;
    this.logger = logger;
    this.prefix = prefix;
    this.#parent = parent;
    this.#depth = parent === undefined ? 0 : parent.#depth + 1;
    if (parent === undefined) {
      this.useLogger(logger);
    } else {
      this.serdes = parent.serdes;
      this.callbackDeserializer = parent.callbackDeserializer;
    }
  }

  /** The context within the operation of that id. */
  child(id: string): Scope {
    return new Scope(this.execution, this.logger, this, id);
  }

  /** Sets the logger of this context, and of child contexts that start later. */
  useLogger(logger: DurableLogger): void {
    this.logger = logger;
    logger.configureDurableLoggingContext?.(loggingContextOf(this.execution));
  }

  /**
   * Returns the reason why no operation can start here: the execution has ended, or the code uses the wrong context.
   */
  refuse(operation: string): Error | undefined {
    const { execution } = this;
    if (execution.fault !== undefined) return execution.fault;
    const own = this.prefix ?? "root";
    const frame = frames.getStore();
    // The handler has no frame. A context whose body has ended is certainly used by other code.
    const active = frame?.execution === execution ? frame.id : this.#closed ? "root" : own;
    if (active === own) return undefined;
    return execution.terminate(
      new Error(
        `Context usage error in "${operation}": You are using a parent or sibling context instead of the current ` +
          `child context. Expected context ID: "${active}", but got: "${this.prefix}". When inside ` +
          `runInChildContext(), you must use the child context parameter, not the parent context.`,
      ),
    );
  }

  /**
   * Starts the next operation. Operations of a closed context are not recorded, because the SDK does not checkpoint
   * them.
   */
  open(
    type: DurableOperation["type"],
    subType: DurableOperation["subType"],
    name: string | undefined,
    recorded = true,
  ): TraceEntry {
    const position = ++this.#operations;
    const id = this.prefix === undefined ? `${position}` : `${this.prefix}-${position}`;
    const entry = new TraceEntry(this.execution, id, name, type, subType);
    if (recorded && !this.isClosed()) this.execution.entries.push(entry);
    return entry;
  }

  /** Whether no other operation is running beside those of this context and its parents. */
  get isAlone(): boolean {
    return this.execution.inFlight <= this.#depth + 1;
  }

  /** Waits as the SDK waits for a checkpoint. Undefined if that cannot influence the order of operations. */
  checkpoint(): Promise<void> | undefined {
    return this.isAlone ? undefined : this.execution.clock.checkpoint();
  }

  /** The body has ended. Operations that are still running in it are not recorded and never settle, as in the SDK. */
  close(): void {
    this.#closed = true;
  }

  /** Whether this body or one around it has ended. */
  isClosed(): boolean {
    return this.#closed || (this.#parent !== undefined && this.#parent.isClosed());
  }
}

/** Awaited to let the running code finish first. */
export const microtask: Promise<void> = Promise.resolve();

/** The outcome of an operation in a closed context: it never settles. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}
