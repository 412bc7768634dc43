import { CounterError } from "./counter-error.ts";
import type { CommitRequest, ReleaseRequest } from "./hold-request.ts";

/** How a hold ended. */
export type HoldEnd =
  /** `amount` became final; the rest came back. */
  | { readonly type: "committed"; readonly amount: number }
  /** All of it came back: on request, or because the time of the hold was over. */
  | { readonly type: "released" | "expired" };

/** What is known of a hold. */
export interface Hold {
  readonly amount: number;
  /** When the hold expires, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** How it ended. Undefined while it is open. */
  readonly end?: HoldEnd | undefined;
}

/** A request to end a hold. */
export type EndHoldRequest =
  ({ readonly type: "commit" } & CommitRequest) | ({ readonly type: "release" } & ReleaseRequest);

/**
 * How a request ends a hold. A hold that has ended stays as it is: the same request again is answered as before, and any
 * other one is refused. A release of a hold that has expired is answered, too, because all of it has come back. For authors
 * of stores. Pure.
 *
 * @param hold undefined if the store knows no such hold. A hold whose time is over must have `end`
 * @returns the end, and how much comes back. `replayed`: the hold had this end before, and nothing is to be changed
 * @throws CounterError `invalid-input`, with `holdId` and `hold`, its state, as details
 */
export function endHold(
  hold: Hold | undefined,
  request: EndHoldRequest,
): { readonly end: HoldEnd; readonly back: number; readonly replayed: boolean } {
  if (hold === undefined) {
    throw refused(request, "unknown", "was never placed, or ended so long ago that it is forgotten");
  }
  const { end, amount } = hold;
  if (end?.type === "committed") {
    const isSame = request.type === "commit" && end.amount === (request.amount ?? amount);
    if (isSame) return { end, back: 0, replayed: true };
    throw refused(request, "committed", `was committed before, with the amount ${end.amount}`);
  }
  if (request.type === "release") {
    if (end !== undefined) return { end, back: 0, replayed: true };
    return { end: { type: "released" }, back: amount, replayed: false };
  }
  if (end !== undefined) {
    const why = end.type === "released" ? "was released before" : "has expired";
    throw refused(request, end.type, `${why}, and its ${amount} came back`);
  }
  const { amount: committed = amount } = request;
  if (committed > amount) {
    throw new CounterError(
      "invalid-input",
      `request.amount is ${committed}; pass a whole number from 0 to ${amount}, which is what hold ${JSON.stringify(request.holdId)} on counter ${JSON.stringify(request.id)} holds.`,
      { details: { holdId: request.holdId, hold: "open" } },
    );
  }
  return { end: { type: "committed", amount: committed }, back: amount - committed, replayed: false };
}

/**
 * The value after an amount came back from a hold. Limits do not stop it; ±(2^53 − 1) does. For authors of stores. Pure.
 *
 * @throws CounterError `limit-exceeded`
 */
export function valueAfterReturn(value: number, back: number, { id, holdId }: ReleaseRequest): number {
  if (value <= Number.MAX_SAFE_INTEGER - back) return value + back;
  throw new CounterError(
    "limit-exceeded",
    `Counter ${JSON.stringify(id)} is at ${value}, and ${back} of hold ${JSON.stringify(holdId)} would raise it to ${BigInt(value) + BigInt(back)}; its maximum is ${Number.MAX_SAFE_INTEGER}.`,
    { details: { value, limit: Number.MAX_SAFE_INTEGER, holdId } },
  );
}

function refused(
  { id, holdId, type, ...rest }: EndHoldRequest & { readonly amount?: number | undefined },
  hold: string,
  why: string,
): CounterError {
  const what =
    type === "release"
      ? "released"
      : `committed${rest.amount === undefined ? "" : ` with the amount ${rest.amount}`}`;
  return new CounterError(
    "invalid-input",
    `request.holdId is ${JSON.stringify(holdId)}; that hold on counter ${JSON.stringify(id)} cannot be ${what}: it ${why}. Place another hold.`,
    { details: { holdId, hold } },
  );
}
