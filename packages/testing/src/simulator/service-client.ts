import type {
  CheckpointDurableExecutionRequest,
  CheckpointDurableExecutionResponse,
  DurableExecutionClient,
  GetDurableExecutionStateRequest,
  GetDurableExecutionStateResponse,
  Operation,
  OperationUpdate,
} from "@aws/durable-execution-sdk-js";
import type { Environment } from "./environment.ts";
import { StaleTokenError, type CheckpointTokens } from "../service/checkpoint-tokens.ts";
import type { ExecutionState } from "../service/execution-state.ts";
import type { ProtocolPoint } from "./protocol-point.ts";
import type { Invocation } from "./invocation.ts";
import { SdkTime } from "./sdk-time.ts";

/** The execution that a client checkpoints. */
interface ClientExecution {
  readonly arn: string;
  readonly invokedFunction?: string | undefined;
  readonly state: ExecutionState;
  readonly tokens: CheckpointTokens;
  readonly externalEvents: { dispatchCallbacks(): void };
  readonly invocations: number;
  checkpoints: number;
  /** Whether a durable function that it invoked has not ended. */
  readonly hasInvoked: boolean;
  applyCheckpoint(updates: readonly OperationUpdate[]): void;
  /** The service invokes the execution again as soon as the invocation ends. */
  invokeAgain(): void;
}

/** The client that the durable SDK calls during one invocation. It answers as the service would. */
export class ServiceClient implements DurableExecutionClient {
  readonly time: SdkTime;
  readonly #execution: ClientExecution;
  readonly #env: Environment;
  readonly #invocation: Invocation;
  readonly #number: number;
  readonly #snapshot: readonly Operation[];
  /** The ids of steps whose body can be running: those that started in this invocation, or that it started with. */
  readonly #running = new Set<string>();

  constructor(execution: ClientExecution, env: Environment, invocation: Invocation) {
    this.time = new SdkTime(env.eventLoop.clock);
    this.#execution = execution;
    this.#env = env;
    this.#invocation = invocation;
    this.#number = execution.invocations;
    this.#snapshot = execution.state.resume();
    for (const { Id = "", Type, Status } of this.#snapshot) {
      if (Type === "STEP" && Status === "STARTED") this.#running.add(Id);
    }
  }

  /** A page of the state at the start of the invocation. */
  page(start: number, maxItems: number): { Operations: Operation[]; NextMarker?: string } {
    const end = start + Math.min(maxItems, this.#env.pageSize);
    const Operations = this.#snapshot.slice(start, end).map((operation) => this.time.show(operation, false));
    return end < this.#snapshot.length ? { Operations, NextMarker: `${end}` } : { Operations };
  }

  async getExecutionState(
    request: GetDurableExecutionStateRequest,
  ): Promise<GetDurableExecutionStateResponse> {
    const { Marker = "0", MaxItems = Infinity, CheckpointToken } = request;
    this.#execution.tokens.check(CheckpointToken);
    this.#pass({ at: "state-read", call: this.#execution.checkpoints, updates: [] });
    return this.page(Number(Marker), MaxItems);
  }

  async checkpoint(request: CheckpointDurableExecutionRequest): Promise<CheckpointDurableExecutionResponse> {
    const execution = this.#execution;
    const updates = request.Updates ?? [];
    this.#checkToken(request.CheckpointToken, updates);
    if (updates.length === 0 && this.time.asked() !== undefined && !this.#runsBody(true))
      return this.#answer();
    execution.checkpoints += 1;
    const call = execution.checkpoints;
    this.#pass({ at: "checkpoint", call, updates });
    this.#apply(updates);
    for (const { Type, Action, Id = "" } of updates) {
      if (Type !== "STEP") continue;
      if (Action === "START") this.#running.add(Id);
      else this.#running.delete(Id);
    }
    if (this.#pass({ at: "checkpoint-answer", call, updates }) === "no-token") {
      execution.tokens.revoke();
      execution.invokeAgain();
      return { NewExecutionState: { Operations: [] } };
    }
    if (execution.state.largeResult !== undefined) {
      // The execution has ended, so there is no next token.
      execution.tokens.revoke();
      return { NewExecutionState: { Operations: [] } };
    }
    const CheckpointToken = execution.tokens.issue();
    try {
      await this.#runEventLoop(updates);
    } catch (error) {
      this.#invocation.end({ kind: "stopped", error });
      throw error;
    }
    if (this.#env.replay === "always" && updates.some(completes) && !this.#runsBody(false)) {
      throw this.#crash();
    }
    return this.#answer(CheckpointToken);
  }

  /**
   * Tells what has changed. A poll for a timer while nothing runs gets only this, is no crash point and is not counted: on the
   * service the invocation would have been suspended long before, and here the machine's speed decides which one comes first.
   */
  #answer(CheckpointToken = this.#execution.tokens.issue()): CheckpointDurableExecutionResponse {
    const isStuck = this.#isStuck();
    const Operations = this.#execution.state
      .takeChanges()
      .map((operation) => this.time.show(operation, isStuck));
    return { CheckpointToken, NewExecutionState: { Operations } };
  }

  #apply(updates: readonly OperationUpdate[]): void {
    try {
      this.#execution.applyCheckpoint(updates);
    } catch (error) {
      const { arn, invokedFunction } = this.#execution;
      const message = error instanceof Error ? error.message : String(error);
      this.#env.faults?.({ at: "refusal", arn, invokedFunction, invocation: this.#number, updates, message });
      throw error;
    }
  }

  #checkToken(token: string | undefined, updates: readonly OperationUpdate[]): void {
    try {
      this.#execution.tokens.check(token);
    } catch (error) {
      const { arn, invokedFunction } = this.#execution;
      this.#env.faults?.({ at: "stale-call", arn, invokedFunction, invocation: this.#number, updates });
      throw error;
    }
  }

  /**
   * Runs the event loop when the SDK polls. A running step body keeps the invocation from suspending, and in reality
   * the SDK would poll until something happens.
   */
  async #runEventLoop(updates: readonly OperationUpdate[]): Promise<void> {
    if (this.#env.answerCallbacks === "created" && updates.some(({ Type }) => Type === "CALLBACK")) {
      this.#execution.externalEvents.dispatchCallbacks();
      return this.#env.eventLoop.runUntilIdle();
    }
    const asked = this.time.asked();
    if ((asked === undefined && updates.length > 0) || !this.#runsBody(true)) return;
    // What this call has started cannot have ended before its answer, even if the SDK polls with the same call because the
    // machine is slow. It polls again.
    if (updates.some(({ Action }) => Action === "START")) return;
    const { eventLoop } = this.#env;
    this.#execution.externalEvents.dispatchCallbacks();
    if (asked !== undefined) eventLoop.clock.jumpTo(Math.min(asked, this.time.deadline));
    await eventLoop.runUntilIdle();
    // While the SDK polls, time passes: for functions that it waits for, and if it can do nothing else.
    const isWaiting = () =>
      !this.#execution.state.hasChanges && (this.#isStuck() || this.#execution.hasInvoked);
    while (isWaiting() && eventLoop.clock.jumpBefore(this.time.deadline)) await eventLoop.runUntilIdle();
    if (isWaiting() && this.#isStuck()) {
      eventLoop.clock.jumpTo(this.time.deadline);
      throw this.#crash(); // Lambda ends the invocation, and the service invokes again.
    }
  }

  /** Whether a step body is running. `abandoned` includes bodies in a closed context: the SDK waits for them to end. */
  #runsBody(abandoned: boolean): boolean {
    const { state } = this.#execution;
    for (const id of this.#running) {
      const step = state.get(id);
      if (step !== undefined && (abandoned || !state.isAbandoned(step))) return true;
    }
    return false;
  }

  /**
   * Whether the SDK can neither continue nor suspend: it does not checkpoint the end of a body whose context is closed,
   * and waits for it until the invocation ends.
   */
  #isStuck(): boolean {
    return this.#running.size > 0 && this.#runsBody(true) && !this.#runsBody(false);
  }

  /** @returns a fault that concerns the answer of the service */
  #pass(
    point: DistributiveOmit<ProtocolPoint, "arn" | "invokedFunction" | "invocation">,
  ): "no-token" | undefined {
    const { arn, invokedFunction } = this.#execution;
    const fault = this.#env.faults?.({ ...point, arn, invokedFunction, invocation: this.#number });
    if (fault === "crash") throw this.#crash();
    if (fault instanceof Error) throw fault;
    return fault;
  }

  /** Ends the invocation. Its code cannot be stopped, so its calls are refused from now on. */
  #crash(): Error {
    this.#execution.tokens.revoke();
    this.#invocation.end({ kind: "crashed" });
    return new StaleTokenError(undefined);
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function completes({ Type, Action }: OperationUpdate): boolean {
  return Type !== "EXECUTION" && (Action === "SUCCEED" || Action === "FAIL");
}
