import type { AnySerdes, DurableLogger } from "@aws/durable-execution-sdk-js";
import type { DurableOperation } from "../service/durable-operation.ts";
import type { FakeExecution } from "./fake-execution.ts";
import { frames } from "./frame.ts";
import { loggingContextOf } from "./memory-logger.ts";
import { TraceEntry } from "./trace-entry.ts";

/** What one context is to the operations that run in it: the root's, or a child's. */
export class Scope {
  readonly execution: FakeExecution;
  /** Undefined in the root, `"1"` or `"1-2"` in children. */
  readonly prefix: string | undefined;
  /** What step bodies get. */
  logger: DurableLogger;
  /** Undefined for the SDK's default, JSON. */
  serdes: AnySerdes | undefined = undefined;
  /** Undefined for the SDK's default, the plain text. */
  callbackDeserializer: Pick<AnySerdes, "deserialize"> | undefined = undefined;
  /** How many contexts there are around this one. */
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

  /** From now on this context logs there, and the children that start later. */
  useLogger(logger: DurableLogger): void {
    this.logger = logger;
    logger.configureDurableLoggingContext?.(loggingContextOf(this.execution));
  }

  /** Why no operation may start here now: the execution ended, or the context is used where it must not be. */
  refuse(operation: string): Error | undefined {
    const { execution } = this;
    if (execution.fault !== undefined) return execution.fault;
    const own = this.prefix ?? "root";
    const frame = frames.getStore();
    // The handler runs without a frame. Only a context whose body is over is known not to be used by its body.
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

  /** Starts the next operation. A closed context's operations are not recorded, as the SDK checkpoints none. */
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

  /** Whether nothing runs beside the operation of this context that asks, which has not ended. */
  get isAlone(): boolean {
    return this.execution.inFlight <= this.#depth + 1;
  }

  /** What the SDK's operations wait for while a checkpoint travels; undefined where that makes no difference. */
  checkpoint(): Promise<void> | undefined {
    return this.isAlone ? undefined : this.execution.clock.checkpoint();
  }

  /** The body is over: what is still under way in it or below is not recorded and never settles, as in the SDK. */
  close(): void {
    this.#closed = true;
  }

  /** Whether this body or one around it is over. */
  isClosed(): boolean {
    return this.#closed || (this.#parent !== undefined && this.#parent.isClosed());
  }
}

/** Awaited to let the code that runs now come to its end first. */
export const microtask: Promise<void> = Promise.resolve();

/** What an operation of a closed context comes to. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}
