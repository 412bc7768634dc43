import * as z from "zod/mini";
import type { ApplyAllRequest, ApplyAllEntry } from "./apply-all-request.ts";
import { Amount, decrement, increment } from "./command.ts";
import { CounterError } from "./counter-error.ts";
import { Limits } from "./limits.ts";
import { parseInput, withRemedy } from "./parse.ts";
import {
  CallerId,
  callerIdNeedsKey,
  CounterId,
  IdempotencyKey,
  IssuedAt,
  issuedAtNeedsKey,
} from "./request.ts";
import type { ApplyAllResult, CallOptions } from "./store.ts";
import { strictObject } from "./strict-object.ts";

const Transfer = strictObject<TransferRequest>(
  { from: CounterId, to: CounterId, amount: Amount },
  { idempotencyKey: IdempotencyKey, limits: Limits, issuedAt: IssuedAt, callerId: CallerId },
).check(
  z.refine(({ from, to }) => from !== to, {
    path: ["to"],
    error: ({ input }) =>
      withRemedy('pass another counter than "from"').error({ input: (input as TransferRequest).to }),
  }),
  z.refine(({ limits }) => limits?.onLimit !== "clamp", {
    path: ["limits", "onLimit"],
    error: () =>
      withRemedy('pass "reject": a transfer moves the whole amount or nothing').error({ input: "clamp" }),
  }),
  issuedAtNeedsKey,
  callerIdNeedsKey,
);

/** A request for {@link transfer}. */
export interface TransferRequest {
  /** The counter that falls by the amount. */
  readonly from: string;
  /** The counter that rises by the amount: another one. */
  readonly to: string;
  /** A safe integer ≥ 0. */
  readonly amount: number;
  /** Makes a request that is sent twice move the amount once: 1–256 printable characters. */
  readonly idempotencyKey?: string | undefined;
  /** Replaces the store's limits, for both counters. A transfer never stops at a limit: it moves the amount or is refused. */
  readonly limits?: Limits | undefined;
  /** When the key was sent for the first time, in milliseconds since 1970. Requires `idempotencyKey`. */
  readonly issuedAt?: number | undefined;
  /** Who sends the request, as in `ApplyRequest`. Requires `idempotencyKey`. */
  readonly callerId?: string | undefined;
}

/** The result of {@link transfer}. */
export interface TransferResult {
  /** The value after, of the counter that fell. */
  readonly from: number;
  /** The value after, of the counter that rose. */
  readonly to: number;
  /** True when the idempotency key was known, and nothing was moved now. */
  readonly replayed: boolean;
}

/** A store that has `applyAll`, with the options that its `applyAll` takes. */
interface TransferStore<Options> {
  applyAll?(request: ApplyAllRequest, options?: Options): Promise<ApplyAllResult>;
}

/**
 * Moves an amount from one counter to another: both change or neither, and exactly once per idempotency key. The sum of the two
 * never changes.
 *
 * @param options are passed on to `applyAll` of the store
 * @throws CounterError `invalid-input`, also for a store without `applyAll`; otherwise as `applyAll`, with the entry 0 for
 *   `from`, and 1 for `to`
 * @example
 * ```ts
 * const { from } = await transfer(store, {
 *   from: "credits-alice",
 *   to: "credits-bob",
 *   amount: 30,
 *   limits: { min: 0 },
 *   idempotencyKey: "gift-4711",
 * });
 * ```
 */
export async function transfer<Options extends CallOptions = CallOptions>(
  store: TransferStore<Options>,
  request: TransferRequest,
  options?: Options,
): Promise<TransferResult> {
  const { from, to, amount, limits, ...keyed } = parseInput(Transfer, request, "transfer");
  if (typeof store.applyAll !== "function") {
    throw new CounterError(
      "invalid-input",
      "transfer.store has no applyAll, so it cannot change two counters at once; pass a store that has it, such as a DynamoDB store without shards.",
    );
  }
  const entry = (id: string, command: ApplyAllEntry["commands"][number]): ApplyAllEntry => ({
    id,
    commands: [command],
    limits,
    onLimit: "reject",
  });
  const entries = [entry(from, decrement(amount)), entry(to, increment(amount))];
  const { results, replayed } = await store.applyAll({ entries, ...keyed }, options);
  const [fallen, risen] = results.map(({ value }) => value);
  if (fallen === undefined || risen === undefined)
    throw new TypeError(`applyAll returned ${results.length} results for 2 entries.`);
  return { from: fallen, to: risen, replayed };
}
