import type { Simulation } from "./simulation.ts";

/**
 * The executions that a service has started, by function and name. Share one between simulations, as production
 * shares its service: the same name and payload reattaches to the execution, or is answered with what it came to.
 */
export class ExecutionRegistry {
  readonly #started = new Map<
    string,
    { readonly payload: string | undefined; readonly end: Promise<Simulation> }
  >();

  /**
   * Starts an execution, or reattaches to the one of that name.
   *
   * @param payload JSON
   * @throws DurableExecutionAlreadyStartedException for a name that was used with another payload
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

  /** The retention period has passed: every name is free again. A hazard for whoever counts on names alone. */
  forget(): void {
    this.#started.clear();
  }
}

/** Named as the AWS SDK names it. */
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
