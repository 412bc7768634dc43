import type { BatchResult } from "./apply-commands.ts";
import type { ApplyRequest } from "./request.ts";

/** The result of {@link CounterStore.apply}. */
export interface ApplyResult extends BatchResult {
  /**
   * True when the idempotency key was known: nothing was applied now, and these are the results of the first time; which may have
   * been an attempt of this very request, whose reply was lost.
   */
  readonly replayed: boolean;
}

/** What every operation of a store takes. */
export interface CallOptions {
  /**
   * Ends the call: it rejects with a `CounterError`, `unavailable` if nothing was sent, else `outcome-unknown`. Abort before
   * the process may be frozen or ended.
   */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The port that storage adapters implement. `counterStoreContract` of `@durable-counter/testing` tests an implementation.
 * All operations reject with a `CounterError`.
 */
export interface CounterStore {
  /**
   * Applies a batch in order, all or nothing, and exactly once per idempotency key: the same request again is answered with
   * the first results; a `callerId` also with the first refusal. A counter that was never written starts at `initial`,
   * by default 0. A batch of nothing but `get` without an idempotency key only reads.
   *
   * @throws CounterError `invalid-input`, `limit-exceeded`, `idempotency-key-reused`, `idempotency-key-expired`, `throttled`,
   *   `unavailable`, `outcome-unknown`, `misconfigured`
   */
  apply(request: ApplyRequest, options?: CallOptions): Promise<ApplyResult>;
  /**
   * The value, or the store's initial value where the counter was never written. `consistent`, by default false,
   * waits for every write acknowledged before.
   */
  get(id: string, options?: CallOptions & { readonly consistent?: boolean }): Promise<number>;
  /** Forgets the counter and its keys. Deleting what is not there does nothing. */
  delete(id: string, options?: CallOptions): Promise<void>;
  /** Every counter that was written, in no particular order. */
  list(options?: CallOptions): AsyncIterable<{ readonly id: string; readonly value: number }>;
}
