import type { ApplyAllRequest, ApplyAllEntry } from "./apply-all-request.ts";
import { amountParser, decrement, increment } from "./command.ts";
import { CounterError } from "./counter-error.ts";
import { limitsParser, type Limits } from "./limits.ts";
import { parseInput } from "./parse-input.ts";
import { rule, strictObject } from "./parser.ts";
import {
  callerIdNeedsKey,
  callerIdParser,
  counterIdParser,
  idempotencyKeyParser,
  issuedAtNeedsKey,
  issuedAtParser,
} from "./request-fields.ts";
import type { ApplyAllResult, CallOptions } from "./store.ts";

const transferParser = /* @__PURE__ */ strictObject<TransferRequest>(
  { from: counterIdParser, to: counterIdParser, amount: amountParser },
  {
    idempotencyKey: idempotencyKeyParser,
    limits: limitsParser,
    issuedAt: issuedAtParser,
    callerId: callerIdParser,
  },
  [
    /* @__PURE__ */ rule(({ from, to }) => from !== to, 'pass another counter than "from"', ["to"]),
    /* @__PURE__ */ rule(
      ({ limits }) => limits?.onLimit !== "clamp",
      'pass "reject": a transfer moves the whole amount or nothing',
      ["limits", "onLimit"],
    ),
    issuedAtNeedsKey,
    callerIdNeedsKey,
  ],
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
  const { from, to, amount, limits, ...keyed } = parseInput(transferParser, request, "transfer");
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
