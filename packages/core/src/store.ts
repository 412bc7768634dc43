import type { ApplyAllRequest } from "./apply-all-request.ts";
import type { BatchResult } from "./apply-commands.ts";
import type { CommitRequest, HoldRequest, ReleaseRequest } from "./hold-request.ts";
import type { ApplyRequest } from "./apply-request.ts";
import type { CounterWindow, WindowResult } from "./window.ts";

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
  /** Whether the store has windows: it then heeds the `window` of a request. By default it has none. */
  readonly supportsWindows?: boolean | undefined;
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
   * waits for every write acknowledged before. With a `window`, by default the store's, it is the value of the current window.
   */
  get(
    id: string,
    options?: CallOptions & { readonly consistent?: boolean; readonly window?: CounterWindow | undefined },
  ): Promise<number>;
  /** Forgets the counter with all of its windows, and its keys. Deleting what is not there does nothing. */
  delete(id: string, options?: CallOptions & { readonly window?: CounterWindow | undefined }): Promise<void>;
  /** Every counter that was written, in no particular order; if the store has a window, in the current one. */
  list(options?: CallOptions): AsyncIterable<{ readonly id: string; readonly value: number }>;

  /**
   * Takes an amount from the value for a time. `commit` makes that final. `release`, or the end of the time, gives it back. A
   * hold is refused where a decrement of a store without `clamp` would be. With a `window`, it belongs to the window of its
   * `issuedAt`: what comes back later comes back to that window.
   *
   * @throws CounterError as `apply`
   */
  hold?(request: HoldRequest, options?: CallOptions): Promise<HoldResult>;
  /**
   * Makes a hold final. A partial commit gives the rest back.
   *
   * @throws CounterError `invalid-input` for a hold that is unknown, released or expired, or that was committed with another
   *   amount; `limit-exceeded` if what comes back would pass 2^53 − 1; `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
   */
  commit?(request: CommitRequest, options?: CallOptions): Promise<HoldEndResult>;
  /**
   * Gives a held amount back, whatever the limits are now. For a hold that has expired, this was done before.
   *
   * @throws CounterError as `commit`; `invalid-input` for a hold that is unknown or committed
   */
  release?(request: ReleaseRequest, options?: CallOptions): Promise<HoldEndResult>;
  /**
   * The sum of the holds that are open and have not expired. With a `window`, by default the store's, those of the current
   * window. A store may read many holds one after another: the sum is then not of one moment.
   */
  held?(id: string, options?: CallOptions & { readonly window?: CounterWindow | undefined }): Promise<number>;
  /**
   * Applies one batch to each of several counters, all or nothing, exactly once per idempotency key. Entries that only read see
   * the values of the same moment. If all of them do and there is no idempotency key, nothing is written.
   *
   * @throws CounterError as `apply`; if an entry was refused, `details.entry` is its index and `details.id` its counter
   */
  applyAll?(request: ApplyAllRequest, options?: CallOptions): Promise<ApplyAllResult>;
  /**
   * The values of many counters by id, in the order of `ids`. A counter that was never written has its initial value. With a
   * `window`, by default the store's, they are the values of the current window.
   */
  getMany?(
    ids: readonly string[],
    options?: CallOptions & { readonly consistent?: boolean; readonly window?: CounterWindow | undefined },
  ): Promise<Map<string, number>>;
}

/** A store that has holds. */
export type StoreWithHolds = CounterStore &
  Required<Pick<CounterStore, "hold" | "commit" | "release" | "held">>;

/** The result of {@link CounterStore.hold}. */
export interface HoldResult extends WindowResult {
  /** Identifies the hold in `commit` and `release`: its idempotency key. */
  readonly holdId: string;
  /** The value after the amount was taken. */
  readonly value: number;
  /** When the hold expires, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** True when the idempotency key was known, and this is the result of the first time. */
  readonly replayed: boolean;
}

/** The result of {@link CounterStore.commit} and {@link CounterStore.release}. */
export interface HoldEndResult extends Pick<WindowResult, "resetsAt"> {
  /** The value after; the value now, if the hold had ended before. With windows, of that of the hold, which `resetsAt` ends. */
  readonly value: number;
  /** True when the hold had ended in the same way before, and nothing was changed now. */
  readonly replayed: boolean;
}

/** The result of {@link CounterStore.applyAll}. */
export interface ApplyAllResult {
  /** One result per entry, in their order; with `resetsAt` and `remaining`, if the counter has windows. */
  readonly results: readonly BatchResult[];
  /** True when the idempotency key was known, and these are the results of the first time. */
  readonly replayed: boolean;
}
