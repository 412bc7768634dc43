import * as z from "zod/mini";
import { CounterValue, Limits } from "./limits.ts";
import { withRemedy } from "./parse.ts";
import {
  CallerId,
  callerIdNeedsKey,
  CounterId,
  IdempotencyKey,
  IssuedAt,
  issuedAtNeedsKey,
} from "./request.ts";

const YEAR_SECONDS = 31_536_000;

const HeldAmount = z.custom<number>(
  (amount) => Number.isSafeInteger(amount) && amount >= 1,
  withRemedy("pass a whole number from 1 to 9007199254740991"),
);

/** Schema of {@link HoldRequest}. */
export const HoldRequest = z
  .strictObject(
    {
      id: CounterId,
      amount: HeldAmount,
      expiresIn: z.custom<number>(
        (seconds) => Number.isInteger(seconds) && seconds >= 1 && seconds <= YEAR_SECONDS,
        withRemedy("pass whole seconds from 1 to 31536000, a year"),
      ),
      idempotencyKey: z.optional(IdempotencyKey),
      issuedAt: z.optional(IssuedAt),
      callerId: z.optional(CallerId),
      limits: z.optional(Limits),
      initial: z.optional(CounterValue),
    },
    withRemedy(
      'pass an object with "id", "amount", "expiresIn" and optionally "idempotencyKey", "issuedAt", "callerId", "limits" and "initial"',
    ),
  )
  .check(issuedAtNeedsKey, callerIdNeedsKey);

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
}

/** Schema of {@link CommitRequest}. */
export const CommitRequest = z.strictObject(
  {
    id: CounterId,
    holdId: IdempotencyKey,
    amount: z.optional(
      z
        .custom<number>(
          (amount) => Number.isSafeInteger(amount) && amount >= 0,
          withRemedy("pass a whole number from 0 to 9007199254740991"),
        )
        .check(z.overwrite((amount) => amount + 0)),
    ),
  },
  withRemedy('pass an object with "id", "holdId" and optionally "amount"'),
);

/** A request for `CounterStore.commit`. */
export interface CommitRequest {
  /** The id of the counter: 1–256 printable characters. */
  readonly id: string;
  /** The id of the hold: 1–256 printable characters. */
  readonly holdId: string;
  /** How much of the hold becomes final: a safe integer from 0 to the held amount, by default all of it. */
  readonly amount?: number | undefined;
}

/** Schema of {@link ReleaseRequest}. */
export const ReleaseRequest = z.strictObject(
  { id: CounterId, holdId: IdempotencyKey },
  withRemedy('pass an object with "id" and "holdId"'),
);

/** A request for `CounterStore.release`. */
export interface ReleaseRequest {
  /** The id of the counter: 1–256 printable characters. */
  readonly id: string;
  /** The id of the hold: 1–256 printable characters. */
  readonly holdId: string;
}
