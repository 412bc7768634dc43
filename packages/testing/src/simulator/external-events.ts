import type {
  DurableLambdaHandler,
  ErrorObject,
  Operation,
  OperationUpdate,
} from "@aws/durable-execution-sdk-js";
import { formatValue } from "../format-value.ts";
import { functionArn, functionNameOf } from "../service/arn.ts";
import { CALLBACK_TIMEOUTS, callbackErrorOf } from "../service/callback-answer.ts";
import { errorObjectOf } from "../service/error-object.ts";
import { isClosed, type ExecutionState } from "../service/execution-state.ts";
import { INVOCATION_MS, lambdaContext } from "../service/lambda-context.ts";
import { checkCallbackResult, checkInvokePayload } from "../service/quotas.ts";
import { labelOf, type CallbackName } from "./callback-answers.ts";
import { CallbackWorker } from "./callback-worker.ts";
import type { Environment } from "./environment.ts";
import { callFunction, type InvokeOutcome } from "./function-registry.ts";
import { withinTime } from "./simulation-stopped-error.ts";
import type { Timer } from "./virtual-clock.ts";

/** The execution that external events belong to. */
interface EventTarget {
  readonly state: ExecutionState;
  readonly isClosed: boolean;
  applyExternalEvent(id: string, changes: Partial<Operation>): void;
  callbackName(callback: Operation): CallbackName;
  startChild(
    handler: DurableLambdaHandler,
    functionName: string,
    id: string,
    payload: string | undefined,
    onClosed: (outcome: InvokeOutcome) => void,
  ): void;
}

/** Everything that an execution can wait for: timers, answers to callbacks, and invoked functions. */
export class ExternalEvents {
  readonly #execution: EventTarget;
  readonly #env: Environment;
  readonly #timers = new Map<string, Timer>();
  readonly #heartbeatSeconds = new Map<string, number>();
  /** Callbacks whose answer has not been called yet. */
  readonly #undispatched = new Set<string>();

  constructor(execution: EventTarget, env: Environment) {
    this.#execution = execution;
    this.#env = env;
  }

  /** Starts the timers, callbacks and invocations that applied updates ask for. */
  start(updates: readonly OperationUpdate[]): void {
    for (const update of updates) {
      const id = update.Id ?? "";
      if (update.Action === "RETRY") {
        this.#after(id, update.StepOptions?.NextAttemptDelaySeconds, () => this.#makeReady(id));
      } else if (update.Action === "START") {
        this.#start(id, update);
      }
    }
  }

  /** Schedules the answers to callbacks that the handler has submitted. Called when the execution is suspended. */
  dispatchCallbacks(): void {
    for (const id of this.#undispatched) {
      const callback = this.#execution.state.get(id);
      if (callback === undefined || !this.#isSubmitted(callback)) continue;
      this.#undispatched.delete(id);
      this.#env.eventLoop.schedule(() => this.#dispatch(callback));
    }
  }

  /** Closes an open callback, as an external system does. */
  answer(
    id: string,
    details: { readonly Result?: string | undefined } | { readonly Error: ErrorObject },
  ): void {
    const CallbackDetails = { ...this.#execution.state.get(id)?.CallbackDetails, ...details };
    this.#end(id, "Error" in details ? "FAILED" : "SUCCEEDED", { CallbackDetails });
  }

  /** Cancels everything: the execution has ended. */
  close(): void {
    for (const timer of this.#timers.values()) this.#env.eventLoop.clock.cancel(timer);
    this.#timers.clear();
    this.#undispatched.clear();
  }

  #start(
    id: string,
    { Type, WaitOptions, CallbackOptions, ChainedInvokeOptions, Payload }: OperationUpdate,
  ): void {
    if (Type === "WAIT") {
      this.#after(id, WaitOptions?.WaitSeconds, () => this.#end(id, "SUCCEEDED"));
    } else if (Type === "CALLBACK") {
      this.#undispatched.add(id);
      const { TimeoutSeconds, HeartbeatTimeoutSeconds } = CallbackOptions ?? {};
      if (TimeoutSeconds) this.#after(id, TimeoutSeconds, () => this.#timeOut(id, CALLBACK_TIMEOUTS.timeout));
      if (HeartbeatTimeoutSeconds) this.#heartbeatSeconds.set(id, HeartbeatTimeoutSeconds);
      this.#restartHeartbeatTimeout(id);
    } else if (Type === "CHAINED_INVOKE") {
      const { FunctionName = "", TenantId } = ChainedInvokeOptions ?? {};
      this.#env.eventLoop.schedule(() => this.#invoke(id, FunctionName, Payload, TenantId));
    }
  }

  #after(id: string, seconds: number | undefined, act: () => void, kind = ""): void {
    const { clock } = this.#env.eventLoop;
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
    this.#execution.applyExternalEvent(id, { Status: "READY", StepDetails });
  }

  #end(id: string, Status: NonNullable<Operation["Status"]>, details: Partial<Operation> = {}): void {
    for (const key of [id, id + HEARTBEAT]) {
      const timer = this.#timers.get(key);
      if (timer !== undefined) this.#env.eventLoop.clock.cancel(timer);
      this.#timers.delete(key);
    }
    this.#undispatched.delete(id);
    const EndTimestamp = new Date(this.#env.eventLoop.clock.now);
    this.#execution.applyExternalEvent(id, { Status, EndTimestamp, ...details });
  }

  #restartHeartbeatTimeout(id: string): void {
    const seconds = this.#heartbeatSeconds.get(id);
    if (seconds === undefined) return;
    const previous = this.#timers.get(id + HEARTBEAT);
    if (previous !== undefined) this.#env.eventLoop.clock.cancel(previous);
    this.#after(id, seconds, () => this.#timeOut(id, CALLBACK_TIMEOUTS.heartbeat), HEARTBEAT);
  }

  #timeOut(id: string, error: ErrorObject): void {
    const CallbackDetails = { ...this.#execution.state.get(id)?.CallbackDetails, Error: error };
    this.#end(id, "TIMED_OUT", { CallbackDetails });
  }

  /** Whether an external system can know the id: in `waitForCallback`, once the submitter has succeeded. */
  #isSubmitted(callback: Operation): boolean {
    if (this.#env.answerCallbacks === "created") return true;
    const { state } = this.#execution;
    const parent = callback.ParentId === undefined ? undefined : state.get(callback.ParentId);
    if (parent?.SubType !== "WaitForCallback") return true;
    for (const { ParentId, Type, Status } of state.operations) {
      if (ParentId === parent.Id && Type === "STEP") return Status === "SUCCEEDED";
    }
    return false;
  }

  async #dispatch(callback: Operation): Promise<void> {
    const id = callback.Id ?? "";
    if (this.#isOver(id)) return;
    const name = this.#execution.callbackName(callback);
    const answer = this.#env.answers.find(name);
    if (answer === undefined) return;
    const worker = new CallbackWorker(this.#env.eventLoop, () => {
      if (!this.#isOver(id)) this.#restartHeartbeatTimeout(id);
    });
    const close = async (work: Promise<unknown>) => {
      const details = await this.#outcomeOf(labelOf(name), work);
      if (this.#isOver(id)) return;
      const CallbackDetails = { ...callback.CallbackDetails, ...details };
      this.#end(id, details.Error === undefined ? "SUCCEEDED" : "FAILED", { CallbackDetails });
    };
    await this.#inTime(worker.work(answer, name.id, close), `The answer to the callback ${labelOf(name)}`);
  }

  async #outcomeOf(name: string, work: Promise<unknown>): Promise<{ Result?: string; Error?: ErrorObject }> {
    let result: unknown;
    try {
      result = await work;
    } catch (thrown) {
      return { Error: callbackErrorOf(thrown) };
    }
    if (result === undefined) return {};
    if (typeof result !== "string") {
      throw new TypeError(
        `options.callbacks answers ${name} with ${formatValue(result)}; the service carries text: return a string, ` +
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
    const context = lambdaContext({
      functionArn: functionArn(functionName),
      invocation: 1,
      tenantId,
      getRemainingTimeInMillis: () => INVOCATION_MS,
    });
    const outcome = await this.#inTime(
      callFunction(invoked, payload, context),
      `The invoked function ${formatValue(functionName)}`,
    );
    if (!("durable" in outcome)) return this.#endInvoke(id, outcome);
    this.#execution.startChild(outcome.durable, functionName, id, payload, (ended) =>
      this.#endInvoke(id, ended),
    );
  }

  #endInvoke(id: string, { result, error }: InvokeOutcome): void {
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

  #inTime<T>(promise: Promise<T>, what: string): Promise<T> {
    const { timeoutMs } = this.#env;
    return withinTime(promise, timeoutMs, () => {
      return new Error(`${what} did not settle within ${timeoutMs} ms of real time.`);
    });
  }
}

const HEARTBEAT = "/heartbeat";
