/** After so many invocations in a row that throw and write nothing, the execution fails. */
const MAX_FAILURES = 3;

/** Counts the invocations of an execution that threw, to tell when the service gives up. */
export class InvocationFailures {
  #count = 0;

  /** The invocation has checkpointed something. */
  progressed(): void {
    this.#count = 0;
  }

  /** @returns whether the execution fails; otherwise the service invokes again */
  threw(): boolean {
    this.#count += 1;
    return this.#count >= MAX_FAILURES;
  }
}
