import type { DurableLambdaHandler, Operation, OperationUpdate } from "@aws/durable-execution-sdk-js";
import { executionArn, functionArn, invokedExecutionName, type ExecutionIdentity } from "../service/arn.ts";
import { CheckpointTokens } from "../service/checkpoint-tokens.ts";
import { errorObjectOf } from "../service/error-object.ts";
import { ExecutionHistory } from "../service/execution-history.ts";
import { ExecutionState } from "../service/execution-state.ts";
import { InvocationFailures } from "../service/invocation-failures.ts";
import { readOutput, unwrapped } from "../service/invocation-output.ts";
import type { InvokeOutcome } from "../service/invoke-outcome.ts";
import { lambdaContext } from "../service/lambda-context.ts";
import { OperationPositions } from "../service/operation-positions.ts";
import type { CallbackName } from "./callback-answers.ts";
import type { Environment } from "./environment.ts";
import { ExternalEvents } from "./external-events.ts";
import { failureOf, Invocation, type Ending } from "./invocation.ts";
import { ServiceClient } from "./service-client.ts";
import { SimulationStoppedError, waitingFor } from "./simulation-stopped-error.ts";

/** One execution can take a year. */
const LONGEST_SECONDS = 365 * 86_400;
const CRASHED: Ending = { kind: "crashed" };

/** What to execute. */
export interface ExecutionStart extends ExecutionIdentity {
  readonly handler: DurableLambdaHandler;
  /** JSON. */
  readonly payload: string | undefined;
  /** Replaces the ARN that follows from the names. */
  readonly arn?: string | undefined;
  readonly onClosed?: (outcome: InvokeOutcome) => void;
  /** 0 for the execution that is simulated, 1 for one that it invoked. */
  readonly depth?: number;
  /** Where its events are recorded. Default: a new history. */
  readonly history?: ExecutionHistory | undefined;
}

/** One durable execution: it is invoked until it is closed. */
export class Execution {
  readonly arn: string;
  readonly depth: number;
  readonly state: ExecutionState;
  readonly history: ExecutionHistory;
  readonly externalEvents: ExternalEvents;
  readonly tokens = new CheckpointTokens();
  /** Executions that this one invoked, by the id of the operation. */
  readonly children = new Map<string, Execution>();
  invocations = 0;
  checkpoints = 0;
  bytesWritten = 0;
  outcome: InvokeOutcome | undefined;
  readonly #start: ExecutionStart;
  readonly #env: Environment;
  readonly #positions = new OperationPositions();
  #isRunning = false;
  #mustInvokeAgain = false;
  readonly #failures = new InvocationFailures();

  constructor(start: ExecutionStart, env: Environment) {
    this.#start = start;
    this.#env = env;
    this.arn = start.arn ?? executionArn(start);
    this.depth = start.depth ?? 0;
    this.state = new ExecutionState(start.payload, env.eventLoop.clock.now);
    this.externalEvents = new ExternalEvents(this, env);
    this.history = start.history ?? new ExecutionHistory();
    this.history.executionStarted(start.payload, LONGEST_SECONDS, this.#identity, this.#now);
  }

  get isClosed(): boolean {
    return this.outcome !== undefined;
  }

  get hasInvoked(): boolean {
    for (const child of this.children.values()) if (!child.isClosed) return true;
    return false;
  }

  /** The function, if another execution has invoked it. */
  get invokedFunction(): string | undefined {
    return this.depth === 0 ? undefined : this.#start.functionName;
  }

  /** Runs the next invocation, from its event to its end. */
  async invoke(): Promise<void> {
    if (this.isClosed) return;
    const { faults, maxInvocations } = this.#env;
    if (this.invocations === maxInvocations) {
      throw this.stopped(`The execution did not end within ${maxInvocations} invocations.`);
    }
    this.invocations += 1;
    const checkpointsBefore = this.checkpoints;
    const { arn, invocations: number, invokedFunction } = this;
    const invocation = new Invocation();
    const startedAt = this.#now;
    this.#isRunning = true;
    const fault = faults?.({ at: "invocation-start", arn, invokedFunction, invocation: number });
    const ending = fault === undefined ? await this.#run(invocation) : CRASHED;
    this.tokens.revoke();
    this.#isRunning = false;
    if (this.checkpoints > checkpointsBefore) this.#failures.progressed();
    const lost =
      ending.kind === "returned"
        ? faults?.({ at: "invocation-end", arn, invokedFunction, invocation: number })
        : undefined;
    const seen = lost === undefined ? ending : CRASHED;
    const completed = { requestId: `invocation-${number}`, startedAt, error: failureOf(seen) };
    this.history.invocationCompleted(completed, this.#now);
    this.#conclude(seen, invocation.reachedService);
  }

  /** @throws ServiceError when the service refuses an update; then none of the updates is applied */
  applyCheckpoint(updates: readonly OperationUpdate[]): void {
    this.state.apply(updates, {
      now: this.#now,
      callbackId: (id) => Buffer.from(`${this.arn}/${id}`).toString("base64"),
    });
    this.history.checkpointed(updates, this.state, this.#now);
    for (const { Payload, Error: error } of updates) {
      if (Payload !== undefined) this.bytesWritten += Buffer.byteLength(Payload);
      if (error !== undefined) this.bytesWritten += Buffer.byteLength(JSON.stringify(error));
    }
    this.externalEvents.start(updates);
  }

  /** Changes an operation, and invokes the execution if it is suspended. A running invocation hears of it by a poll. */
  applyExternalEvent(id: string, changes: Partial<Operation>): void {
    this.state.change(id, changes);
    const operation = this.state.get(id);
    if (operation !== undefined) this.history.changed(operation, this.#now);
    if (!this.#isRunning && !this.isClosed) this.#env.eventLoop.invokeLater(this);
  }

  invokeAgain(): void {
    this.#mustInvokeAgain = true;
  }

  /** Starts the execution of a durable function that this execution invoked. */
  startChild(
    handler: DurableLambdaHandler,
    functionName: string,
    id: string,
    payload: string | undefined,
    onClosed: (outcome: InvokeOutcome) => void,
  ): void {
    const executionName = invokedExecutionName(
      { arn: this.arn, executionName: this.#start.executionName },
      id,
    );
    const depth = this.depth + 1;
    const start = { handler, functionName, executionName, payload, onClosed, depth };
    const child = new Execution(start, this.#env);
    this.children.set(id, child);
    this.#env.eventLoop.invokeLater(child);
  }

  /** The name by which tests know a callback: its own, or that of the waitForCallback around it. */
  callbackName({ CallbackDetails, Name, ParentId }: Operation): CallbackName {
    const parent = ParentId === undefined ? undefined : this.state.get(ParentId);
    const name = Name ?? (parent?.SubType === "WaitForCallback" ? parent.Name : undefined);
    return { id: CallbackDetails?.CallbackId ?? "", name };
  }

  /** Every operation with its position, in start order. */
  *positioned(): Generator<readonly [position: string, operation: Operation]> {
    for (const operation of this.state.operations) yield [this.#positions.of(operation), operation];
  }

  /** An error that lists what the execution waits for. */
  stopped(what: string): SimulationStoppedError {
    return new SimulationStoppedError(what, waitingFor(this), this.#env.answers.remedy);
  }

  get #identity(): { readonly Id: string; readonly Name: string } {
    return { Id: "execution", Name: this.#start.executionName };
  }

  get #now(): number {
    return this.#env.eventLoop.clock.now;
  }

  #run(invocation: Invocation): Promise<Ending> {
    const { invocations: number } = this;
    const { timeoutMs } = this.#env;
    const UpdatedOperationIds = this.state.takeChanges().flatMap(({ Id }) => Id ?? []);
    const client = new ServiceClient(this, this.#env, invocation);
    const { handler } = this.#start;
    return invocation.run(
      this.#env.inProcess?.(handler, this) ?? handler,
      {
        DurableExecutionArn: this.arn,
        CheckpointToken: this.tokens.issue(),
        UpdatedOperationIds,
        InitialExecutionState: client.page(0, Infinity),
      },
      client,
      lambdaContext({
        functionArn: functionArn(this.#start.functionName),
        invocation: number,
        getRemainingTimeInMillis: () => client.time.remaining(),
      }),
      {
        timeoutMs,
        onTimeout: () =>
          this.stopped(`Invocation ${number} did not end within ${timeoutMs} ms of real time.`),
      },
    );
  }

  #conclude(ending: Ending, reachedService: boolean): void {
    const { largeResult } = this.state;
    if (largeResult !== undefined) return this.#close({ result: largeResult.payload });
    switch (ending.kind) {
      case "stopped":
        throw ending.error;
      case "crashed":
        this.#env.eventLoop.invokeLater(this);
        return;
      case "threw":
        if (!reachedService) throw unwrapped(`threw ${String(ending.error)}`, ending.error);
        if (this.#failures.threw()) this.#close({ error: errorObjectOf(ending.error) });
        else this.#env.eventLoop.invokeLater(this);
        return;
      case "returned":
        this.#applyOutput(readOutput(ending.output));
    }
  }

  #applyOutput(output: ReturnType<typeof readOutput>): void {
    switch (output.status) {
      case "SUCCEEDED":
        return this.#close({ result: output.result });
      case "FAILED":
        return this.#close({ error: output.error });
      case "PENDING":
        this.externalEvents.dispatchCallbacks();
        if (this.#mustInvokeAgain) this.#env.eventLoop.invokeLater(this);
        this.#mustInvokeAgain = false;
    }
  }

  #close(outcome: InvokeOutcome): void {
    this.outcome = outcome;
    const status = outcome.endedBy ?? (outcome.error === undefined ? "SUCCEEDED" : "FAILED");
    this.history.executionEnded({ ...outcome, status }, this.#identity, this.#now);
    this.externalEvents.close();
    this.#start.onClosed?.(outcome);
  }
}
