import { CounterError, isCounterError } from "@durable-counter/core";
import { named } from "./counter-item.ts";
import type { Count } from "./decide.ts";
import { translateError } from "./translate-error.ts";

// What a request is told that was neither counted nor refused by its limits.

/**
 * An attempt that was never answered may still count, whatever became of those after it.
 *
 * @param error how the last one ended
 */
export function unknownOutcome({ key, counting: { token, expiresAt } }: Count, error: unknown): unknown {
  if (!isCounterError(error)) return error;
  const until = expiresAt * 1_000;
  const details = { token, until };
  if (error.code === "outcome-unknown")
    return Object.assign(error, { details: { ...error.details, ...details } });
  if (error.code !== "throttled" && error.code !== "unavailable") return error;
  return new CounterError(
    "outcome-unknown",
    `${named(key)} may or may not have been changed: an attempt was never answered. Ask again with the token ${JSON.stringify(token)}, until ${new Date(until).toISOString()}, to find out. ${error.message.replace(/ \[[a-z-]+\]$/u, "")}`,
    { cause: error, details },
  );
}

export const FULL =
  'its item is full of tokens that are still remembered. Write less often, shorten dedupe.windowSeconds, or let dedupe.strategy be "auto"';

export function gaveUp({ key, counting: { token } }: Count, why: string): CounterError {
  return new CounterError(
    "throttled",
    `${named(key)} was not changed: ${why}; ask again with the token ${JSON.stringify(token)}.`,
  );
}

export function busyError({ key: { tableName, id: counterId }, counting }: Count, error: unknown): unknown {
  const { token, attempts } = counting;
  return translateError(error, { tableName, counterId, token, wrote: true, attempts });
}

export function notYetIssued(issuedAt: number): CounterError {
  return new CounterError(
    "invalid-command",
    `request.issuedAt is ${issuedAt}, which is yet to come; pass milliseconds since 1970.`,
  );
}

export function tokenExpired(
  { key, counting, request: { windowSeconds } }: Count,
  issuedAt: number,
): CounterError {
  return new CounterError(
    "token-expired",
    `${named(key)} was not changed: token ${JSON.stringify(counting.token)} was issued at ${new Date(issuedAt).toISOString()}, and tokens are remembered for ${windowSeconds} s, so whether it counted is not known any more. Find out by other means, and count under a new token if it did not; or let dedupe.windowSeconds be longer than requests may take.`,
  );
}
