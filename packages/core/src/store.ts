import type { ApplyAllRequest } from "./apply-all-request.ts";
import type { BatchResult } from "./apply-commands.ts";
import type { Limits } from "./limits.ts";
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
 * All operations reject with a `CounterError`. `hold`, `commit`, `release`, `held`, `applyAll` and `getMany` are optional
 * capabilities: a store that has the method declares that it keeps the contract's rules for it.
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

  /**
   * Takes an amount from the value for a time. `commit` makes that final. `release`, or the end of the time, gives it back.
   *
   * @throws CounterError as `apply`
   */
  hold?(request: HoldRequest, options?: CallOptions): Promise<HoldResult>;
  /**
   * Makes a hold final. A partial commit gives the rest back.
   *
   * @throws CounterError as `apply`; `invalid-input` for a hold that is unknown, released or expired, or that was committed
   *   with another amount
   */
  commit?(request: CommitRequest, options?: CallOptions): Promise<HoldEndResult>;
  /**
   * Gives a held amount back, whatever the limits are now.
   *
   * @throws CounterError as `apply`; `invalid-input` for a hold that is unknown or committed
   */
  release?(request: ReleaseRequest, options?: CallOptions): Promise<HoldEndResult>;
  /** The sum of the holds that are open and have not expired. */
  held?(id: string, options?: CallOptions): Promise<number>;
  /**
   * Applies one batch to each of several counters, all or nothing, exactly once per idempotency key. Entries that only read see
   * the values of the same moment. If all of them do and there is no idempotency key, nothing is written.
   *
   * @throws CounterError as `apply`; if an entry was refused, `details.entry` is its index and `details.id` its counter
   */
  applyAll?(request: ApplyAllRequest, options?: CallOptions): Promise<ApplyAllResult>;
  /** The values of many counters by id, in the order of `ids`. A counter that was never written has its initial value. */
  getMany?(
    ids: readonly string[],
    options?: CallOptions & { readonly consistent?: boolean },
  ): Promise<Map<string, number>>;
}

/** A request for {@link CounterStore.hold}. */
export interface HoldRequest {
  /** The id of the counter: 1–256 printable characters. */
  readonly id: string;
  /** How much is taken: a safe integer ≥ 1. */
  readonly amount: number;
  /** After how many seconds the hold expires: a whole number from 1 to 31,536,000, a year. */
  readonly expiresIn: number;
  /** Names the request and is the id of the hold. By default a random one. */
  readonly idempotencyKey?: string | undefined;
  /** When the key was sent for the first time, in milliseconds since 1970. Requires `idempotencyKey`. */
  readonly issuedAt?: number | undefined;
  /** Who sends the request, see {@link ApplyRequest.callerId}. Requires `idempotencyKey`. */
  readonly callerId?: string | undefined;
  /** Replaces the store's limits for this request. */
  readonly limits?: Limits | undefined;
  /** Replaces the store's initial value for this request: a safe integer. */
  readonly initial?: number | undefined;
}

/** The result of {@link CounterStore.hold}. */
export interface HoldResult {
  /** Identifies the hold in `commit` and `release`: its idempotency key. */
  readonly holdId: string;
  /** The value after the amount was taken. */
  readonly value: number;
  /** When the hold expires, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** True when the idempotency key was known, and this is the result of the first time. */
  readonly replayed: boolean;
}

/** A request for {@link CounterStore.commit}. */
export interface CommitRequest {
  /** The id of the counter. */
  readonly id: string;
  /** The `holdId` of the hold. */
  readonly holdId: string;
  /** How much of the hold becomes final: a safe integer from 0 to the held amount, by default all of it. */
  readonly amount?: number | undefined;
}

/** A request for {@link CounterStore.release}. */
export interface ReleaseRequest {
  /** The id of the counter. */
  readonly id: string;
  /** The `holdId` of the hold. */
  readonly holdId: string;
}

/** The result of {@link CounterStore.commit} and {@link CounterStore.release}. */
export interface HoldEndResult {
  /** The value after. */
  readonly value: number;
  /** True when the hold had ended in the same way before, and nothing was changed now. */
  readonly replayed: boolean;
}

/** The result of {@link CounterStore.applyAll}. */
export interface ApplyAllResult {
  /** One result per entry, in their order. */
  readonly results: readonly BatchResult[];
  /** True when the idempotency key was known, and these are the results of the first time. */
  readonly replayed: boolean;
}
