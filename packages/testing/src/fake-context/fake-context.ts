import type { DurableContext, DurableLogger } from "@aws/durable-execution-sdk-js";
import type { DurableOperation } from "../service/durable-operation.ts";
import type { CallbackAnswer, CallbackFailure } from "../service/callback-answer.ts";
import { FakeExecution, type InvokedFunction } from "./fake-execution.ts";
import { InMemoryContext } from "./in-memory-context.ts";
import { MemoryLogger, type LogLine } from "./memory-logger.ts";
import { Scope } from "./scope.ts";

/** How a {@link FakeContext} stands in the world; all of it optional. */
export interface FakeContextOptions<TLogger extends DurableLogger = DurableLogger> {
  /** What `context.invoke` calls, by the name or ARN it is called with. */
  readonly functions?: Readonly<Record<string, InvokedFunction>>;
  /** Who completes callbacks, by the name of the operation, or the callback's id where it has none. */
  readonly callbacks?: Readonly<Record<string, CallbackAnswer>>;
  /** Where the virtual clock starts; by default the epoch, so that `+context.now` is the time that passed. */
  readonly now?: Date;
  /** Where log lines go; by default to `context.logs` and nowhere else. */
  readonly logger?: TLogger;
  /** By default one that no other context has, since tokens of idempotent requests are made of it. */
  readonly arn?: string;
  /** Put over the defaults. */
  readonly lambdaContext?: Partial<DurableContext["lambdaContext"]>;
}

/**
 * A `DurableContext` for unit tests: runs a handler's logic in one pass, in memory, on virtual time.
 *
 * Values pass through the serdes and errors are wrapped as the SDK does it; there are no checkpoints, no replay, no
 * crashes. Where the SDK would end the execution without asking the handler (a value that cannot be serialized, a
 * parent's context used in a child, …), the operation under way and every later one reject with that very error.
 *
 * @example
 * ```ts
 * const context = new FakeContext();
 * const result = await handler(event, context);
 * expect(context.operations).toMatchObject([{ name: "charge", status: "SUCCEEDED" }]);
 * ```
 */
export class FakeContext<TLogger extends DurableLogger = DurableLogger> extends InMemoryContext<TLogger> {
  readonly #execution: FakeExecution;
  readonly #memoryLogger: MemoryLogger;

  /** @throws TypeError or RangeError for options that cannot be, naming path, value and remedy */
  constructor(options: FakeContextOptions<TLogger> = {}) {
    const { functions = {}, callbacks = {}, now = new Date(0), arn, logger, lambdaContext = {} } = options;
    if (Number.isNaN(now.getTime()))
      throw new RangeError("options.now is an invalid date; pass a valid one.");
    checkFunctions("functions", functions);
    checkFunctions("callbacks", callbacks);
    const memoryLogger = new MemoryLogger();
    const execution = new FakeExecution({
      arn,
      functions,
      callbacks,
      start: now.getTime(),
      lambdaContext,
    });
    super(new Scope(execution, logger ?? memoryLogger));
    this.#execution = execution;
    this.#memoryLogger = memoryLogger;
  }

  /** Every operation in the order of their start, as they stand now. */
  get operations(): readonly DurableOperation[] {
    return this.#execution.entries.map((entry) => entry.snapshot());
  }

  /** The operations that did not end: what a handler that hangs is waiting for. */
  get pending(): readonly DurableOperation[] {
    return this.operations.filter(({ status }) => OPEN.has(status));
  }

  /** What the handler logged, unless a logger was passed or configured. */
  get logs(): readonly LogLine[] {
    return this.#memoryLogger.lines;
  }

  /** The virtual time. */
  get now(): Date {
    return new Date(this.#execution.clock.now);
  }

  /**
   * Resolves with the id of the callback of that name, now or once the handler opened it; with `waitForCallback`,
   * once its submitter is done. The clock does not stand meanwhile: a callback with a timeout is better answered
   * by `options.callbacks`.
   */
  callbackOpened(name: string): Promise<string> {
    return this.#execution.callbacks.submitted(name);
  }

  /**
   * Completes the open callback of that name or id. The text reaches the handler as the SDK's deserializer for
   * callbacks passes it on: as it is, unless the handler configured one.
   *
   * @throws Error where no callback, or more than one, is open under that name; it lists those that are
   */
  completeCallback(nameOrId: string, result?: string): void {
    this.#execution.callbacks.complete(nameOrId, result);
  }

  /**
   * Fails the open callback of that name or id.
   *
   * @throws Error where no callback, or more than one, is open under that name; it lists those that are
   */
  failCallback(nameOrId: string, error?: CallbackFailure): void {
    this.#execution.callbacks.fail(nameOrId, error);
  }

  /**
   * Starts the heartbeat timeout of the open callback of that name or id anew.
   *
   * @throws Error where no callback, or more than one, is open under that name, or it expects no heartbeat
   */
  heartbeatCallback(nameOrId: string): void {
    this.#execution.callbacks.heartbeat(nameOrId);
  }
}

const OPEN: ReadonlySet<DurableOperation["status"]> = new Set(["STARTED", "PENDING", "READY"]);

function checkFunctions(option: string, record: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(record)) {
    if (typeof value === "function") continue;
    throw new TypeError(`options.${option}[${JSON.stringify(name)}] is a ${typeof value}; pass a function.`);
  }
}
