import type { DurableContext, DurableLogger } from "@aws/durable-execution-sdk-js";
import type { DurableOperation } from "../service/durable-operation.ts";
import type { CallbackAnswer, CallbackFailure } from "../service/callback-answer.ts";
import type { InvokedFunction } from "../service/invoked-function.ts";
import { FakeExecution } from "./fake-execution.ts";
import { InMemoryContext } from "./in-memory-context.ts";
import { MemoryLogger, type LogLine } from "./memory-logger.ts";
import { Scope } from "./scope.ts";

/** Options of {@link FakeContext}, all of them optional. */
export interface FakeContextOptions<TLogger extends DurableLogger = DurableLogger> {
  /** The functions that `context.invoke` calls, by name or ARN. */
  readonly functions?: Readonly<Record<string, InvokedFunction>> | undefined;
  /** Answers to callbacks, by the name of the operation, or by the id of the callback if it has no name. */
  readonly callbacks?: Readonly<Record<string, CallbackAnswer>> | undefined;
  /** The start of the virtual clock. Default: the epoch, so that `+context.now` is the time that has passed. */
  readonly now?: Date | undefined;
  /** Receives the log lines. Default: they are kept in `context.logs` only. */
  readonly logger?: TLogger | undefined;
  /** The ARN of the execution. Default: a new one, because idempotency keys are derived from it. */
  readonly arn?: string | undefined;
  /** Properties of the Lambda context that replace the defaults. */
  readonly lambdaContext?: Partial<DurableContext["lambdaContext"]> | undefined;
}

/**
 * A `DurableContext` for unit tests. It runs the logic of a handler once, in memory and on virtual time.
 *
 * Values pass through the serdes and errors are wrapped as in the SDK. There are no checkpoints, replays or crashes;
 * use `simulate` and `exploreCrashes` for those. Where the SDK would end the execution (for a value that cannot be
 * serialized, or a parent context that is used in a child context), the running operation and all later ones reject
 * with that error.
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

  /** @throws TypeError or RangeError for invalid options, naming path, value and remedy */
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

  /** All operations in start order, with their current status. */
  get operations(): readonly DurableOperation[] {
    return this.#execution.entries.map((entry) => entry.snapshot());
  }

  /** The operations that have not ended: what a handler that hangs is waiting for. */
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
   * Resolves with the id of the callback of that name, now or once the handler has submitted it. Virtual time does not
   * stop for the test. To answer a callback that has a timeout, use `options.callbacks`.
   */
  callbackOpened(name: string): Promise<string> {
    return this.#execution.callbacks.submitted(name);
  }

  /**
   * Completes the open callback of that name or id. The handler gets the text unchanged, unless it configured a
   * deserializer.
   *
   * @throws Error if no callback or more than one is open under that name; the message lists the open ones
   */
  completeCallback(nameOrId: string, result?: string): void {
    this.#execution.callbacks.complete(nameOrId, result);
  }

  /**
   * Fails the open callback of that name or id.
   *
   * @throws Error if no callback or more than one is open under that name; the message lists the open ones
   */
  failCallback(nameOrId: string, error?: CallbackFailure): void {
    this.#execution.callbacks.fail(nameOrId, error);
  }

  /**
   * Restarts the heartbeat timeout of the open callback of that name or id.
   *
   * @throws Error if no callback or more than one is open under that name, or if it has no heartbeat timeout
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
