import { ServiceError } from "./service-error.ts";

/** The tokens of one execution: one is good at a time, for one checkpoint call. */
export class CheckpointTokens {
  #issued = 0;
  #current: string | undefined;

  issue(): string {
    this.#issued += 1;
    this.#current = `token-${this.#issued}`;
    return this.#current;
  }

  /** @throws StaleTokenError when the token is not the current one */
  check(token: string | undefined): void {
    if (token === undefined || token !== this.#current) throw new StaleTokenError(token);
  }

  /** From now on every call is refused, until the next token is issued. */
  revoke(): void {
    this.#current = undefined;
  }
}

/**
 * What a call with a used or revoked token is answered. The durable SDK ends the invocation, not the execution.
 *
 * Its version 2.4.0 looks for exactly this capitalisation, later ones for the service's own; the stated scope makes
 * the meaning independent of either.
 */
export class StaleTokenError extends ServiceError {
  readonly isDurableExecutionClientError = true;
  readonly scope = "INVOCATION";

  constructor(token: string | undefined) {
    super(`Invalid Checkpoint Token: ${JSON.stringify(token)} was used before, or its invocation is over.`);
  }
}
