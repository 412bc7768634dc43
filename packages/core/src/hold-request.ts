import { requestOptions } from "./apply-request.ts";
import { amountParser } from "./command.ts";
import { CounterError } from "./counter-error.ts";
import type { Limits } from "./limits.ts";
import { parser, strictObject } from "./parser.ts";
import { counterIdParser, idempotencyKeyParser, keyRules } from "./request-fields.ts";
import { counterWindowParser, type CounterWindow } from "./window.ts";
import { zodSchema } from "./zod-schema.ts";

const YEAR_SECONDS = 31_536_000;

const heldAmountParser = /* @__PURE__ */ parser<number>(
  (amount) => Number.isSafeInteger(amount) && Number(amount) >= 1,
  "pass a whole number from 1 to 9007199254740991",
);

const expiresInParser = /* @__PURE__ */ parser<number>(
  (seconds) => Number.isInteger(seconds) && Number(seconds) >= 1 && Number(seconds) <= YEAR_SECONDS,
  "pass whole seconds from 1 to 31536000, a year",
);

/** Parser of {@link HoldRequest}. */
export const holdRequestParser = /* @__PURE__ */ strictObject<HoldRequest>(
  { id: counterIdParser, amount: heldAmountParser, expiresIn: expiresInParser },
  requestOptions,
  keyRules,
);

/** zod schema of {@link HoldRequest}. */
export const HoldRequest = /* @__PURE__ */ zodSchema(holdRequestParser);

/** A request for `CounterStore.hold`. */
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
  /** Who sends the request, see `ApplyRequest.callerId`. Requires `idempotencyKey`. */
  readonly callerId?: string | undefined;
  /**
   * Replaces the store's limits for this request. A hold is never clamped: one that would pass the minimum is refused,
   * whatever `onLimit` is.
   */
  readonly limits?: Limits | undefined;
  /** Replaces the store's initial value for this request: a safe integer. */
  readonly initial?: number | undefined;
  /**
   * Replaces the store's window for this request. The hold belongs to the window that has its `issuedAt`: whatever comes back
   * later comes back to that window. It expires before the window after the current one ends.
   */
  readonly window?: CounterWindow | undefined;
}

/**
 * Refuses to place a hold that would outlast the window after the current one: a store forgets the values of old windows. A hold
 * that was placed before is to be found first. For authors of stores.
 *
 * @param now in milliseconds since 1970
 * @throws CounterError `invalid-input`
 */
export function checkHoldInWindow(window: CounterWindow, expiresIn: number, now: number): void {
  const seconds = Math.floor((window.at(window.at(now).endsAt).endsAt - now) / 1_000);
  if (expiresIn <= seconds) return;
  throw new CounterError(
    "invalid-input",
    `request.expiresIn is ${expiresIn}; pass at most ${seconds} now, because a hold ends before the window after the current one does, and the windows are ${window.name}.`,
  );
}

/** Parser of {@link CommitRequest}. */
export const commitRequestParser = /* @__PURE__ */ strictObject<CommitRequest>(
  { id: counterIdParser, holdId: idempotencyKeyParser },
  { amount: amountParser, window: counterWindowParser },
);

/** zod schema of {@link CommitRequest}. */
export const CommitRequest = /* @__PURE__ */ zodSchema(commitRequestParser);

/** A request for `CounterStore.commit`. */
export interface CommitRequest {
  /** The id of the counter: 1–256 printable characters. */
  readonly id: string;
  /** The id of the hold: 1–256 printable characters. */
  readonly holdId: string;
  /** How much of the hold becomes final: a safe integer from 0 to the held amount, by default all of it. */
  readonly amount?: number | undefined;
  /** Replaces the store's window: pass the one with which the amount was held. */
  readonly window?: CounterWindow | undefined;
}

/** Parser of {@link ReleaseRequest}. */
export const releaseRequestParser = /* @__PURE__ */ strictObject<ReleaseRequest>(
  { id: counterIdParser, holdId: idempotencyKeyParser },
  { window: counterWindowParser },
);

/** zod schema of {@link ReleaseRequest}. */
export const ReleaseRequest = /* @__PURE__ */ zodSchema(releaseRequestParser);

/** A request for `CounterStore.release`. */
export interface ReleaseRequest {
  /** The id of the counter: 1–256 printable characters. */
  readonly id: string;
  /** The id of the hold: 1–256 printable characters. */
  readonly holdId: string;
  /** Replaces the store's window: pass the one with which the amount was held. */
  readonly window?: CounterWindow | undefined;
}
