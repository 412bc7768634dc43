import { CounterError, isCounterError } from "@durable-counter/core";
import { named } from "./counter-item.ts";
import type { Count } from "./next-action.ts";
import { translateError } from "./translate-error.ts";

// What a request is told that was neither counted nor refused by its limits.

/**
 * An attempt that was never answered may still count, whatever became of those after it.
 *
 * @param error how the last one ended
 */
export function unknownOutcome(
  { key, counting: { idempotencyKey, expiresAt } }: Count,
  error: unknown,
): unknown {
  if (!isCounterError(error)) return error;
  const retryUntil = expiresAt * 1_000;
  const details = { idempotencyKey, retryUntil };
  if (error.code === "outcome-unknown")
    return Object.assign(error, { details: { ...error.details, ...details } });
  if (error.code !== "throttled" && error.code !== "unavailable") return error;
  return new CounterError(
    "outcome-unknown",
    `${named(key)} may or may not have been changed: an attempt was never answered. Ask again with the idempotency key ${JSON.stringify(idempotencyKey)}, until ${new Date(retryUntil).toISOString()}, to find out. ${error.message.replace(/ \[[a-z-]+\]$/u, "")}`,
    { cause: error, details },
  );
}

export const FULL =
  'its item is full of keys that are still remembered. Write less often, shorten idempotency.retentionSeconds, or let idempotency.strategy be "auto"';

export function gaveUp({ key, counting: { idempotencyKey } }: Count, why: string): CounterError {
  return new CounterError(
    "throttled",
    `${named(key)} was not changed: ${why}; ask again with the idempotency key ${JSON.stringify(idempotencyKey)}.`,
  );
}

export function busyError({ key: { tableName, id: counterId }, counting }: Count, error: unknown): unknown {
  const { idempotencyKey, attempts } = counting;
  return translateError(error, { tableName, counterId, idempotencyKey, wrote: true, attempts });
}

export function notYetIssued(issuedAt: number): CounterError {
  return new CounterError(
    "invalid-input",
    `request.issuedAt is ${issuedAt}, which is yet to come; pass milliseconds since 1970.`,
  );
}

export function idempotencyKeyExpired(
  { key, counting, request: { retentionSeconds } }: Count,
  issuedAt: number,
): CounterError {
  return new CounterError(
    "idempotency-key-expired",
    `${named(key)} was not changed: idempotencyKey ${JSON.stringify(counting.idempotencyKey)} was issued at ${new Date(issuedAt).toISOString()}, and keys are remembered for ${retentionSeconds} s, so whether it counted is not known any more. Find out by other means, and count under a new idempotency key if it did not; or let idempotency.retentionSeconds be longer than requests may take.`,
  );
}
