import { StaleTokenError } from "./service-error.ts";

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
