import type { Simulation } from "./simulation.ts";

/**
 * The executions that were started before, by function and name. Share one registry between simulations, as all
 * executions in production share the service: a second start with the same name and payload gets the outcome of the
 * first.
 *
 * @example
 * ```ts
 * const started = new ExecutionRegistry();
 * const options = { executionName: "order-7", payload: order, started };
 * await simulate(handler, options);
 * await simulate(handler, options); // does not run the handler again
 * ```
 */
export class ExecutionRegistry {
  readonly #started = new Map<
    string,
    { readonly payload: string | undefined; readonly end: Promise<Simulation> }
  >();

  /**
   * Starts an execution, or returns the outcome of the one with that name.
   *
   * @param payload JSON
   * @throws DurableExecutionAlreadyStartedException if the name was used with another payload
   */
  start(
    functionName: string,
    executionName: string,
    payload: string | undefined,
    run: () => Promise<Simulation>,
  ): Promise<Simulation> {
    const key = `${functionName}/${executionName}`;
    const started = this.#started.get(key);
    if (started === undefined) {
      const end = run();
      this.#started.set(key, { payload, end });
      return end;
    }
    if (started.payload !== payload) throw new DurableExecutionAlreadyStartedException(executionName);
    return started.end;
  }

  /** Forgets all names, as the service does after the retention period. */
  forget(): void {
    this.#started.clear();
  }
}

/** Has the name of the AWS SDK's exception. */
class DurableExecutionAlreadyStartedException extends Error {
  override readonly name = "DurableExecutionAlreadyStartedException";
  readonly $fault = "client";
  readonly $metadata = { httpStatusCode: 409 };

  constructor(executionName: string) {
    super(
      `The execution ${JSON.stringify(executionName)} was started with another payload. Use another name, or send the same payload to reattach.`,
    );
  }
}
