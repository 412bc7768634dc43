import { ServiceError } from "./service-error.ts";

/** The checkpoint tokens of one execution. One token is valid at a time, for one checkpoint call. */
export class CheckpointTokens {
  #issued = 0;
  #current: string | undefined;

  issue(): string {
    this.#issued += 1;
    this.#current = `token-${this.#issued}`;
    return this.#current;
  }

  /** @throws StaleTokenError if the token is not the current one */
  check(token: string | undefined): void {
    if (token === undefined || token !== this.#current) throw new StaleTokenError(token);
  }

  /** Refuses every call until the next token is issued. */
  revoke(): void {
    this.#current = undefined;
  }
}

/**
 * The answer to a call with a used or revoked token. The durable SDK ends the invocation, not the execution.
 *
 * SDK 2.4.0 recognises exactly this capitalisation, later versions that of the service. The stated scope makes both
 * understand it.
 */
export class StaleTokenError extends ServiceError {
  readonly isDurableExecutionClientError = true;
  readonly scope = "INVOCATION";

  constructor(token: string | undefined) {
    super(`Invalid Checkpoint Token: ${JSON.stringify(token)} was used before, or its invocation is over.`);
  }
}
