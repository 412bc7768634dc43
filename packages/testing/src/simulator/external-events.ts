import type { DurableLambdaHandler, Operation, OperationUpdate } from "@aws/durable-execution-sdk-js";
import { formatValue } from "../format-value.ts";
import { functionArn, functionNameOf } from "../service/arn.ts";
import { callbackErrorOf } from "../service/callback-answer.ts";
import type { InvokeOutcome } from "../service/invoke-outcome.ts";
import { lambdaContext } from "../service/lambda-context.ts";
import {
  PendingOperations,
  type CallbackDetails,
  type PendingExecution,
} from "../service/pending-operations.ts";
import { checkCallbackError, checkCallbackResult } from "../service/quotas.ts";
import { labelOf, type CallbackName } from "./callback-answers.ts";
import { callFunction } from "./call-function.ts";
import { CallbackWorker } from "./callback-worker.ts";
import type { Environment } from "./environment.ts";
import { withinTime } from "./simulation-stopped-error.ts";

/** The execution that external events belong to. */
interface EventTarget extends PendingExecution {
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
  readonly #pending: PendingOperations;
  /** Callbacks whose answer has not been called yet. */
  readonly #undispatched = new Set<string>();

  constructor(execution: EventTarget, env: Environment) {
    this.#execution = execution;
    this.#env = env;
    this.#pending = new PendingOperations(execution, env.eventLoop.clock);
  }

  /** Starts the timers, callbacks and invocations that applied updates ask for. */
  start(updates: readonly OperationUpdate[]): void {
    for (const update of updates) {
      this.#pending.start(update);
      const { Id: id = "", Type, Action, ChainedInvokeOptions, Payload } = update;
      if (Action !== "START") continue;
      if (Type === "CALLBACK") {
        this.#undispatched.add(id);
      } else if (Type === "CHAINED_INVOKE") {
        const { FunctionName = "", TenantId } = ChainedInvokeOptions ?? {};
        this.#env.eventLoop.schedule(() => this.#invoke(id, FunctionName, Payload, TenantId));
      }
    }
  }

  /** Schedules the answers to callbacks that the handler has submitted. Called when the execution is suspended. */
  dispatchCallbacks(): void {
    for (const id of this.#undispatched) {
      const callback = this.#execution.state.get(id);
      const isOver = this.#pending.isOver(id);
      if (callback === undefined || !(isOver || this.#isSubmitted(callback))) continue;
      this.#undispatched.delete(id);
      if (isOver) continue;
      this.#env.eventLoop.schedule(() => this.#dispatch(callback));
    }
  }

  /** Closes an open callback, as an external system does. */
  answer(id: string, details: CallbackDetails): void {
    this.#pending.answer(id, details);
  }

  /** Cancels everything: the execution has ended. */
  close(): void {
    this.#pending.close();
    this.#undispatched.clear();
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
    if (this.#pending.isOver(id)) return;
    const name = this.#execution.callbackName(callback);
    const answer = this.#env.answers.find(name);
    if (answer === undefined) return;
    const worker = new CallbackWorker(this.#env.eventLoop, () => this.#pending.heartbeat(id));
    const close = async (work: Promise<unknown>) => {
      const details = await this.#outcomeOf(labelOf(name), work);
      if (!this.#pending.isOver(id)) this.#pending.answer(id, details);
    };
    await this.#inTime(worker.work(answer, name.id, close), `The answer to the callback ${labelOf(name)}`);
  }

  async #outcomeOf(name: string, work: Promise<unknown>): Promise<CallbackDetails> {
    let result: unknown;
    try {
      result = await work;
    } catch (thrown) {
      const error = callbackErrorOf(thrown);
      checkCallbackError(error);
      return { Error: error };
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
    const functionName = functionNameOf(reference);
    const context = lambdaContext({ functionArn: functionArn(functionName), tenantId });
    const outcome = await this.#inTime(
      callFunction(this.#env.functions, reference, payload, context),
      `The invoked function ${formatValue(functionName)}`,
    );
    if (!("durable" in outcome)) return this.#pending.endInvoke(id, outcome);
    this.#execution.startChild(outcome.durable, functionName, id, payload, (ended) =>
      this.#pending.endInvoke(id, ended),
    );
  }

  #inTime<T>(promise: Promise<T>, what: string): Promise<T> {
    const { timeoutMs } = this.#env;
    return withinTime(promise, timeoutMs, () => {
      return new Error(`${what} did not settle within ${timeoutMs} ms of real time.`);
    });
  }
}
