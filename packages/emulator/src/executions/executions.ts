import { executionArn, invokedExecutionName, type OperationUpdate } from "@durable-counter/testing/service";
import { ApiError, invalidMember, notFound } from "../api-error.ts";
import { readReference } from "../functions/function-reference.ts";
import { callbackOf } from "./callback-id.ts";
import type { ChangedExecution, ExecutionEnvironment } from "./execution-environment.ts";
import { Execution } from "./execution.ts";
import type { ExecutionStart, ExecutionSummary } from "./journal.ts";

/** What to start. */
export interface StartRequest {
  readonly functionName: string;
  readonly executionName: string;
  /** JSON. */
  readonly payload: string | undefined;
  readonly tenantId?: string | undefined;
}

const ARN =
  /^arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+:(?:\$LATEST|[\w-]+)\/durable-execution\/[\w-]{1,64}\/[\w-]+$/u;

/** All executions of an emulator. Those that have ended are read from the store when they are asked for. */
export class Executions {
  readonly #env: ExecutionEnvironment;
  readonly #timeoutSeconds: number;
  readonly #live = new Map<string, Execution>();
  readonly #stored = new Map<string, ExecutionSummary>();

  constructor(env: ExecutionEnvironment, timeoutSeconds: number) {
    this.#env = {
      ...env,
      onChange: (execution) => {
        this.#release(execution);
        env.onChange(execution);
      },
    };
    this.#timeoutSeconds = timeoutSeconds;
    for (const summary of env.store?.list() ?? []) this.#stored.set(summary.arn, summary);
  }

  /** Continues the executions of the store that have not ended. Those of functions that are not served stay as they are. */
  resume(served: Iterable<string>): void {
    const functions = new Set(served);
    for (const { arn, status, functionName } of this.#stored.values()) {
      if (status === "RUNNING" && functions.has(functionName)) this.find(arn).goLive();
    }
  }

  /**
   * Starts an execution, or finds the one with that name.
   *
   * @throws ApiError if the name was used with another payload
   */
  start(request: StartRequest): Execution {
    const arn = executionArn(request);
    if (this.#live.has(arn) || this.#stored.has(arn)) return this.#reattach(arn, request);
    const start = { ...request, arn, startedAt: this.#env.clock.now, timeoutSeconds: this.#timeoutSeconds };
    this.#env.store?.start(start);
    const execution = new Execution(start, this.#env);
    this.#live.set(arn, execution);
    execution.goLive();
    this.#env.onChange(execution);
    return execution;
  }

  /** @throws ApiError for an ARN that is malformed or unknown */
  find(arn: string): Execution {
    const live = this.#live.get(arn);
    if (live !== undefined) return live;
    if (!ARN.test(arn)) {
      throw invalidMember(arn, "durableExecutionArn", "Member must be the ARN of a durable execution");
    }
    const stored = this.#stored.has(arn) ? this.#env.store?.read(arn) : undefined;
    if (stored === undefined) throw notFound(`Durable execution not found: ${arn}`);
    const execution = new Execution(stored.start, this.#env, stored.journal);
    if (!execution.recorded.isClosed) this.#live.set(arn, execution);
    return execution;
  }

  /** The execution that an operation of another one has started. A plain function has none. */
  invokedBy(
    caller: ExecutionStart,
    { Id = "", ChainedInvokeOptions }: OperationUpdate,
  ): Execution | undefined {
    const { name: functionName = "" } = readReference(ChainedInvokeOptions?.FunctionName ?? "") ?? {};
    return this.#known(executionArn({ functionName, executionName: invokedExecutionName(caller, Id) }));
  }

  /**
   * The execution that waits for a callback.
   *
   * @throws ApiError for an id that is unknown, or of a callback that has ended
   */
  ofCallback(callbackId: string): { readonly execution: Execution; readonly operationId: string } {
    const { arn, operationId } = callbackOf(callbackId);
    const execution = this.#known(arn);
    if (execution?.recorded.state.get(operationId)?.Type !== "CALLBACK") {
      throw notFound(`Callback not found: ${callbackId}`);
    }
    if (execution.recorded.pending.isOver(operationId)) {
      throw new ApiError("CallbackTimeoutException", 400, `The callback has ended: ${callbackId}`);
    }
    return { execution, operationId };
  }

  /** All executions, in start order. */
  list(): readonly ExecutionSummary[] {
    const summaries = new Map(this.#stored);
    for (const [arn, { recorded }] of this.#live) summaries.set(arn, recorded.summary);
    return [...summaries.values()];
  }

  /** Stops all work, without an effect on what the store holds. */
  stop(): void {
    for (const execution of this.#live.values()) execution.stop();
  }

  #known(arn: string): Execution | undefined {
    return this.#live.has(arn) || this.#stored.has(arn) ? this.find(arn) : undefined;
  }

  /** What has ended and is stored needs no memory. */
  #release({ arn, recorded }: ChangedExecution): void {
    if (!recorded.isClosed || this.#env.store === undefined) return;
    this.#stored.set(arn, recorded.summary);
    this.#live.delete(arn);
  }

  #reattach(arn: string, { executionName, payload }: StartRequest): Execution {
    const execution = this.find(arn);
    if (execution.recorded.start.payload === payload) return execution;
    throw new ApiError(
      "DurableExecutionAlreadyStartedException",
      409,
      `The execution ${JSON.stringify(executionName)} was started with another payload. Use another name, or send the same payload to reattach.`,
    );
  }
}
