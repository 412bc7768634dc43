import type { Duration } from "@aws/durable-execution-sdk-js";
import { formatValue } from "../format-value.ts";
import type { CallbackFailure } from "../service/callback-answer.ts";
import type { DurableHandler } from "../service/durable-handler.ts";
import type { DurableOperation } from "../service/durable-operation.ts";
import type { ExecutionHistoryEvent } from "../service/execution-history.ts";
import { secondsOf } from "../service/duration.ts";
import { errorObjectOf } from "../service/error-object.ts";
import { isClosed } from "../service/execution-state.ts";
import type { CallbackDetails } from "../service/pending-operations.ts";
import { checkCallbackError, checkCallbackResult } from "../service/quotas.ts";
import type { Environment } from "./environment.ts";
import type { Execution } from "./execution.ts";
import type { SimulateOptions } from "./options.ts";
import { prepare, runToEnd } from "./simulate.ts";
import { waitingFor } from "./simulation-stopped-error.ts";
import { invokedBy, operationsOf, type InvokedExecution, type Simulation } from "./simulation.ts";

/**
 * Starts a simulation, and runs it until the execution is suspended or has ended. The test then inspects it, answers
 * callbacks and lets virtual time pass, step by step.
 *
 * @param handler the function that `withDurableExecution` returned, as it is deployed
 * @throws TypeError for a handler that is not wrapped, a payload that JSON cannot carry, or unknown options
 * @example
 * ```ts
 * const run = await startSimulation(handler, { payload: order });
 * expect(run.status).toBe("SUSPENDED");
 * await run.completeCallback("approval", "yes");
 * await run.advance({ hours: 24 });
 * expect(await run.finish()).toMatchObject({ status: "SUCCEEDED" });
 * ```
 */
export async function startSimulation<Result = unknown>(
  handler: DurableHandler<Result>,
  options: Omit<SimulateOptions, "started"> = {},
): Promise<RunningSimulation<Result>> {
  const { execution, env } = prepare(handler, options);
  env.eventLoop.invokeLater(execution);
  await env.eventLoop.runUntilIdle();
  return new RunningSimulation<Result>(execution, env);
}

/** A simulation that the test controls. Create one by {@link startSimulation}. */
export class RunningSimulation<Result = unknown> {
  readonly #execution: Execution;
  readonly #env: Environment;

  constructor(execution: Execution, env: Environment) {
    this.#execution = execution;
    this.#env = env;
  }

  get status(): "SUSPENDED" | Simulation["status"] {
    const { outcome } = this.#execution;
    if (outcome === undefined) return "SUSPENDED";
    return outcome.error === undefined ? "SUCCEEDED" : "FAILED";
  }

  /** All operations in start order, with their current status. */
  get operations(): readonly DurableOperation[] {
    return operationsOf(this.#execution);
  }

  /** Everything that has happened so far, in the format of GetDurableExecutionHistory. */
  get history(): readonly ExecutionHistoryEvent[] {
    return [...this.#execution.history.events];
  }

  /** The executions of durable functions that it has invoked so far, by the `Id` of the operation in the history. */
  get invoked(): Readonly<Record<string, InvokedExecution>> {
    return invokedBy(this.#execution);
  }

  /** What the execution waits for: one entry for each operation that is open. */
  get waitingFor(): readonly string[] {
    return waitingFor(this.#execution);
  }

  /** The virtual time. */
  get now(): Date {
    return new Date(this.#env.eventLoop.clock.now);
  }

  /**
   * Completes the open callback of that name or id, and runs until the execution is suspended again.
   *
   * @throws Error if no callback or more than one is open under that name
   */
  async completeCallback(nameOrId: string, result?: string): Promise<void> {
    checkCallbackResult(result);
    await this.#answer(nameOrId, { Result: result });
  }

  /**
   * Fails the open callback of that name or id, and runs until the execution is suspended again.
   *
   * @throws Error if no callback or more than one is open under that name
   */
  async failCallback(nameOrId: string, error: CallbackFailure = {}): Promise<void> {
    const fields = error instanceof Error ? errorObjectOf(error) : error;
    checkCallbackError(fields);
    await this.#answer(nameOrId, { Error: fields });
  }

  /** Lets virtual time pass. The execution is invoked for everything that is due meanwhile. */
  async advance(duration: Duration): Promise<void> {
    const { eventLoop } = this.#env;
    const end = eventLoop.clock.now + secondsOf(duration) * 1_000;
    while (eventLoop.clock.jumpBefore(end)) await eventLoop.runUntilIdle();
    eventLoop.clock.jumpTo(end);
  }

  /**
   * Runs to the end, as `simulate` does.
   *
   * @throws SimulationStoppedError for an execution that would never end; it lists what the execution waits for
   */
  async finish(): Promise<Simulation<Result>> {
    const simulation = await runToEnd(this.#execution, this.#env);
    return simulation as Simulation<Result>; // the caller names the type of what the handler returns
  }

  async #answer(nameOrId: string, details: CallbackDetails): Promise<void> {
    this.#execution.externalEvents.answer(this.#find(nameOrId), details);
    await this.#env.eventLoop.runUntilIdle();
  }

  #find(nameOrId: string): string {
    const open = Array.from(this.#execution.state.operations).filter(
      (operation) => operation.Type === "CALLBACK" && !isClosed(operation),
    );
    const callbacks = open.map((operation) => ({ operation, ...this.#execution.callbackName(operation) }));
    const found = callbacks.filter(({ name, id }) => name === nameOrId || id === nameOrId);
    const [first] = found;
    if (first !== undefined && found.length === 1) return first.operation.Id ?? "";
    const names = callbacks.map(({ name, id }) => formatValue(name ?? id)).join(", ") || "none";
    throw new Error(
      found.length > 1
        ? `${found.length} callbacks named ${formatValue(nameOrId)} are open; pass the callbackId of one, which operations show.`
        : `No callback ${formatValue(nameOrId)} is open; open are: ${names}.`,
    );
  }
}
