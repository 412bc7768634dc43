import { ServiceError } from "./service-error.ts";

/** The checkpoint tokens of one execution. One token is valid at a time, for one checkpoint call. */
export class CheckpointTokens {
  readonly #prefix: string;
  #issued = 0;
  #current: string | undefined;

  /** @param prefix what all tokens begin with; different prefixes tell two runs of one service apart */
  constructor(prefix = "token") {
    this.#prefix = prefix;
  }

  issue(): string {
    this.#issued += 1;
    this.#current = `${this.#prefix}-${this.#issued}`;
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
 * The answer to a call with a used or revoked token, with the message of the service. SDK 2.4.0 expects another
 * capitalisation, and fails the execution; later versions end the invocation.
 */
export class StaleTokenError extends ServiceError {
  constructor(token: string | undefined) {
    super(`Invalid checkpoint token: ${JSON.stringify(token)} was used before, or its invocation has ended.`);
  }
}
