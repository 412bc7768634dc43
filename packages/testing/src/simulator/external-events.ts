import type { ErrorObject, Operation, OperationUpdate } from "@aws/durable-execution-sdk-js";
import { errorObjectOf } from "../service/error-object.ts";
import { described } from "../format-value.ts";
import type { Environment } from "./environment.ts";
import type { Execution } from "./execution.ts";
import { isClosed } from "../service/execution-state.ts";
import { callFunction, type InvokeOutcome } from "./function-registry.ts";
import { lambdaContext } from "../service/lambda-context.ts";
import { Outsider } from "./callback-worker.ts";
import { functionNameOf } from "../service/arn.ts";
import { checkCallbackResult, checkInvokePayload } from "../service/quotas.ts";
import { withinTime } from "./simulation-stopped-error.ts";
import type { Timer } from "./virtual-clock.ts";

/** What an execution waits for from outside: time, people and other functions. */
export class Outside {
  readonly #execution: Execution;
  readonly #env: Environment;
  readonly #timers = new Map<string, Timer>();
  readonly #heartbeatSeconds = new Map<string, number>();
  /** Callbacks that nobody was asked to answer yet. */
  readonly #unasked = new Set<string>();

  constructor(execution: Execution, env: Environment) {
    this.#execution = execution;
    this.#env = env;
  }

  /** Sees to what landed updates ask for. */
  follow(updates: readonly OperationUpdate[]): void {
    for (const update of updates) {
      const id = update.Id ?? "";
      if (update.Action === "RETRY") {
        this.#after(id, update.StepOptions?.NextAttemptDelaySeconds, () => this.#makeReady(id));
      } else if (update.Action === "START") {
        this.#start(id, update);
      }
    }
  }

  /** Asks for an answer wherever one may come; called when the execution is suspended. */
  askPeople(): void {
    for (const id of this.#unasked) {
      const callback = this.#execution.state.get(id);
      if (callback === undefined || !this.#isSubmitted(callback)) continue;
      this.#unasked.delete(id);
      this.#env.world.errand(() => this.#ask(callback));
    }
  }

  /** The execution is over: time has nothing to do for it any more. */
  close(): void {
    for (const timer of this.#timers.values()) this.#env.world.clock.cancel(timer);
    this.#timers.clear();
    this.#unasked.clear();
  }

  #start(
    id: string,
    { Type, WaitOptions, CallbackOptions, ChainedInvokeOptions, Payload }: OperationUpdate,
  ): void {
    if (Type === "WAIT") {
      this.#after(id, WaitOptions?.WaitSeconds, () => this.#end(id, "SUCCEEDED"));
    } else if (Type === "CALLBACK") {
      this.#unasked.add(id);
      const { TimeoutSeconds, HeartbeatTimeoutSeconds } = CallbackOptions ?? {};
      if (TimeoutSeconds) this.#after(id, TimeoutSeconds, () => this.#timeOut(id, "Callback timed out"));
      if (HeartbeatTimeoutSeconds) this.#heartbeatSeconds.set(id, HeartbeatTimeoutSeconds);
      this.#expectHeartbeat(id);
    } else if (Type === "CHAINED_INVOKE") {
      const { FunctionName = "", TenantId } = ChainedInvokeOptions ?? {};
      this.#env.world.errand(() => this.#invoke(id, FunctionName, Payload, TenantId));
    }
  }

  #after(id: string, seconds: number | undefined, act: () => void, kind = ""): void {
    const { clock } = this.#env.world;
    const key = id + kind;
    this.#timers.set(
      key,
      clock.at(clock.now + (seconds ?? 0) * 1_000, () => {
        this.#timers.delete(key);
        act();
      }),
    );
  }

  #makeReady(id: string): void {
    const { NextAttemptTimestamp: _, ...StepDetails } = this.#execution.state.get(id)?.StepDetails ?? {};
    this.#execution.learn(id, { Status: "READY", StepDetails });
  }

  #end(id: string, Status: NonNullable<Operation["Status"]>, details: Partial<Operation> = {}): void {
    for (const key of [id, id + HEARTBEAT]) {
      const timer = this.#timers.get(key);
      if (timer !== undefined) this.#env.world.clock.cancel(timer);
      this.#timers.delete(key);
    }
    this.#unasked.delete(id);
    this.#execution.learn(id, { Status, EndTimestamp: new Date(this.#env.world.clock.now), ...details });
  }

  #expectHeartbeat(id: string): void {
    const seconds = this.#heartbeatSeconds.get(id);
    if (seconds === undefined) return;
    const previous = this.#timers.get(id + HEARTBEAT);
    if (previous !== undefined) this.#env.world.clock.cancel(previous);
    this.#after(id, seconds, () => this.#timeOut(id, "Callback timed out on heartbeat"), HEARTBEAT);
  }

  #timeOut(id: string, ErrorMessage: string): void {
    const CallbackDetails = { ...this.#execution.state.get(id)?.CallbackDetails, Error: { ErrorMessage } };
    this.#end(id, "TIMED_OUT", { CallbackDetails });
  }

  /** A callback within waitForCallback is known outside once its submitter has succeeded. */
  #isSubmitted(callback: Operation): boolean {
    const { state } = this.#execution;
    const parent = callback.ParentId === undefined ? undefined : state.get(callback.ParentId);
    if (parent?.SubType !== "WaitForCallback") return true;
    for (const { ParentId, Type, Status } of state.operations) {
      if (ParentId === parent.Id && Type === "STEP") return Status === "SUCCEEDED";
    }
    return false;
  }

  async #ask(callback: Operation): Promise<void> {
    const id = callback.Id ?? "";
    if (this.#isOver(id)) return;
    const name = this.#execution.callbackName(callback);
    const answer = this.#env.answers.find(name);
    if (answer === undefined) return;
    const heartbeat = () => {
      if (!this.#isOver(id)) this.#expectHeartbeat(id);
    };
    const outsider = new Outsider(this.#env.world, heartbeat);
    const close = async (work: Promise<unknown>) => {
      const details = await this.#answered(described(name.name ?? name.id), work);
      if (this.#isOver(id)) return;
      const CallbackDetails = { ...callback.CallbackDetails, ...details };
      this.#end(id, details.Error === undefined ? "SUCCEEDED" : "FAILED", { CallbackDetails });
    };
    await this.#inTime(
      outsider.work(answer, name.id, close),
      `The answer to the callback ${described(name.name)}`,
    );
  }

  async #answered(name: string, work: Promise<unknown>): Promise<{ Result?: string; Error?: ErrorObject }> {
    let result: unknown;
    try {
      result = await work;
    } catch (thrown) {
      return { Error: errorObjectOf(thrown) };
    }
    if (result === undefined) return {};
    if (typeof result !== "string") {
      throw new TypeError(
        `options.callbacks answers ${name} with ${described(result)}; the service carries text: return a string, ` +
          `such as JSON.stringify(value), and revive it with the callback's serdes.`,
      );
    }
    checkCallbackResult(result);
    return { Result: result };
  }

  async #invoke(
    id: string,
    reference: string,
    payload: string | undefined,
    tenantId?: string,
  ): Promise<void> {
    const invoked = this.#env.functions.find(reference);
    const functionName = functionNameOf(reference);
    const context = lambdaContext(functionName, { invocation: 1, tenantId }, () => 900_000);
    const outcome = await this.#inTime(
      callFunction(invoked, payload, context),
      `The invoked function ${described(functionName)}`,
    );
    if (!("durable" in outcome)) return this.#returned(id, outcome);
    this.#execution.startChild(outcome.durable, functionName, id, payload, (ended) =>
      this.#returned(id, ended),
    );
  }

  #returned(id: string, { result, error }: InvokeOutcome): void {
    if (this.#isOver(id)) return;
    let failure = error;
    try {
      checkInvokePayload("output", result);
    } catch (refusal) {
      failure = errorObjectOf(refusal);
    }
    if (failure !== undefined) this.#end(id, "FAILED", { ChainedInvokeDetails: { Error: failure } });
    else this.#end(id, "SUCCEEDED", { ChainedInvokeDetails: { Result: result } });
  }

  #isOver(id: string): boolean {
    const operation = this.#execution.state.get(id);
    return this.#execution.isClosed || operation === undefined || isClosed(operation);
  }

  #inTime<T>(promise: Promise<T>, who: string): Promise<T> {
    const { timeoutMs } = this.#env;
    return withinTime(promise, timeoutMs, () => {
      return new Error(`${who} did not settle within ${timeoutMs} ms of real time.`);
    });
  }
}

const HEARTBEAT = "/heartbeat";
