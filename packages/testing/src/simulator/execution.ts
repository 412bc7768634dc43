import type { DurableLambdaHandler, Operation, OperationUpdate } from "@aws/durable-execution-sdk-js";
import { errorObjectOf } from "../service/error-object.ts";
import { executionArn, type ExecutionIdentity } from "../service/arn.ts";
import type { CallbackName } from "./callback-answers.ts";
import { CheckpointTokens } from "../service/checkpoint-tokens.ts";
import { Connection } from "./service-client.ts";
import type { Environment } from "./environment.ts";
import { ExecutionState } from "../service/execution-state.ts";
import type { InvokeOutcome } from "./function-registry.ts";
import { Invocation, type Ending } from "./invocation.ts";
import { readOutput, unwrapped } from "./invocation-output.ts";
import { lambdaContext } from "../service/lambda-context.ts";
import { Outside } from "./external-events.ts";
import { Positions } from "../service/operation-positions.ts";
import { SimulationStoppedError } from "./simulation-stopped-error.ts";
import { waitingFor } from "./waiting-for.ts";

/** How often in a row an invocation may throw without having written anything. */
const MAX_FAILURES = 3;
const CRASHED: Ending = { kind: "crashed" };

/** What is to be executed. */
export interface ExecutionStart extends ExecutionIdentity {
  readonly handler: DurableLambdaHandler;
  /** JSON. */
  readonly payload: string | undefined;
  /** In place of the one that follows from the names. */
  readonly arn?: string | undefined;
  readonly onClosed?: (outcome: InvokeOutcome) => void;
}

/** One durable execution: invoked until it is closed. */
export class Execution {
  readonly arn: string;
  readonly state: ExecutionState;
  readonly outside: Outside;
  readonly tokens = new CheckpointTokens();
  /** Executions that this one invoked, by the id of the operation. */
  readonly children = new Map<string, Execution>();
  invocations = 0;
  checkpoints = 0;
  outcome: InvokeOutcome | undefined;
  readonly #start: ExecutionStart;
  readonly #env: Environment;
  readonly #positions = new Positions();
  #isRunning = false;
  #failures = 0;

  constructor(start: ExecutionStart, env: Environment) {
    this.#start = start;
    this.#env = env;
    this.arn = start.arn ?? executionArn(start);
    this.state = new ExecutionState(start.payload, env.world.clock.now);
    this.outside = new Outside(this, env);
  }

  get isClosed(): boolean {
    return this.outcome !== undefined;
  }

  /** The next invocation, from its event to its end. */
  async invoke(): Promise<void> {
    if (this.isClosed) return;
    const { faults, maxInvocations, timeoutMs } = this.#env;
    if (this.invocations === maxInvocations) {
      throw this.stopped(`The execution did not end within ${maxInvocations} invocations.`);
    }
    this.invocations += 1;
    const checkpointsBefore = this.checkpoints;
    const updated = this.state.takeNews().flatMap(({ Id }) => Id ?? []);
    const invocation = new Invocation();
    const connection = new Connection(this, this.#env, invocation);
    const { arn, invocations: number } = this;
    this.#isRunning = true;
    const fault = faults?.({ at: "invocation-start", arn, invocation: number });
    const ending =
      fault === undefined
        ? await invocation.run(
            this.#start.handler,
            {
              DurableExecutionArn: arn,
              CheckpointToken: this.tokens.issue(),
              UpdatedOperationIds: updated,
              InitialExecutionState: connection.page(0, Infinity),
            },
            connection,
            lambdaContext(this.#start.functionName, { invocation: number }, () =>
              connection.time.remaining(),
            ),
            {
              timeoutMs,
              onTimeout: () =>
                this.stopped(`Invocation ${number} did not end within ${timeoutMs} ms of real time.`),
            },
          )
        : CRASHED;
    this.tokens.revoke();
    this.#isRunning = false;
    if (this.checkpoints > checkpointsBefore) this.#failures = 0;
    const lost =
      ending.kind === "returned" ? faults?.({ at: "invocation-end", arn, invocation: number }) : undefined;
    this.#conclude(lost === undefined ? ending : CRASHED, invocation.reachedService);
  }

  /** @throws ServiceError when the service refuses an update; then none has landed */
  land(updates: readonly OperationUpdate[]): void {
    this.state.apply(updates, {
      now: this.#env.world.clock.now,
      callbackId: (id) => Buffer.from(`${this.arn}/${id}`).toString("base64"),
    });
    this.outside.follow(updates);
  }

  /** Something changed outside: the execution is invoked for it, or told by the next answer. */
  learn(id: string, changes: Partial<Operation>): void {
    this.state.change(id, changes);
    if (!this.#isRunning && !this.isClosed) this.#env.world.wake(this);
  }

  /** Starts the execution of a function that this one invoked. */
  startChild(
    handler: DurableLambdaHandler,
    functionName: string,
    id: string,
    payload: string | undefined,
    onClosed: (outcome: InvokeOutcome) => void,
  ): void {
    const executionName = `${this.#start.executionName.slice(0, 40)}-${id}`;
    const child = new Execution({ handler, functionName, executionName, payload, onClosed }, this.#env);
    this.children.set(id, child);
    this.#env.world.wake(child);
  }

  /** How a callback is called: by its own name, or by that of the waitForCallback around it. */
  callbackName({ CallbackDetails, Name, ParentId }: Operation): CallbackName {
    const parent = ParentId === undefined ? undefined : this.state.get(ParentId);
    const name = Name ?? (parent?.SubType === "WaitForCallback" ? parent.Name : undefined);
    return { id: CallbackDetails?.CallbackId ?? "", name };
  }

  /** Every operation with its position, in start order. */
  *positioned(): Generator<readonly [position: string, operation: Operation]> {
    for (const operation of this.state.operations) yield [this.#positions.of(operation), operation];
  }

  /** An error that tells what the execution waits for. */
  stopped(what: string): SimulationStoppedError {
    return new SimulationStoppedError(what, waitingFor(this), this.#env.answers.remedy);
  }

  #conclude(ending: Ending, reachedService: boolean): void {
    const { largeResult } = this.state;
    if (largeResult !== undefined) return this.#close({ result: largeResult.payload });
    switch (ending.kind) {
      case "stopped":
        throw ending.error;
      case "crashed":
        this.#env.world.wake(this);
        return;
      case "threw":
        this.#failures += 1;
        if (!reachedService) throw unwrapped(`threw ${String(ending.error)}`, ending.error);
        if (this.#failures >= MAX_FAILURES) this.#close({ error: errorObjectOf(ending.error) });
        else this.#env.world.wake(this);
        return;
      case "returned":
        this.#answer(readOutput(ending.output));
    }
  }

  #answer(output: ReturnType<typeof readOutput>): void {
    switch (output.status) {
      case "SUCCEEDED":
        return this.#close({ result: output.result });
      case "FAILED":
        return this.#close({ error: output.error });
      case "PENDING":
        this.outside.askPeople();
    }
  }

  #close(outcome: InvokeOutcome): void {
    this.outcome = outcome;
    this.outside.close();
    this.#start.onClosed?.(outcome);
  }
}
