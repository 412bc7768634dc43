import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import {
  CounterError,
  isCounterError,
  type CounterErrorDetails,
  type EndHoldRequest,
} from "@durable-counter/core";
import { MAX_OVERTAKEN } from "./back-off.ts";
import type { Table } from "./read-item.ts";
import { named, quoted } from "./named.ts";
import type { RequestContext } from "./request-context.ts";

// The errors of a request that was neither applied nor refused by its limits.

/**
 * The error of a call in which an attempt was never answered: that attempt may still be applied, whatever became of those
 * after it.
 *
 * @param error how the last attempt ended
 */
export function outcomeUnknown(request: RequestContext, error: unknown): unknown {
  const { config, id, idempotencyKey, issuedAt, retryUntil } = request;
  if (!isCounterError(error)) return error;
  const details = { idempotencyKey, issuedAt, retryUntil };
  if (error.code === "outcome-unknown") return withDetails(error, details);
  if (error.code !== "throttled" && error.code !== "unavailable") return error;
  return new CounterError(
    "outcome-unknown",
    `${named(config, id)} may or may not have been changed: an attempt was never answered. Ask again with idempotencyKey ${quoted(idempotencyKey)} and issuedAt ${issuedAt}, until ${new Date(retryUntil).toISOString()}, to find out. ${error.message.replace(/ \[[a-z-]+\]$/u, "")}`,
    { cause: error, details },
  );
}

/**
 * The error of a request that was not applied: if it has a window, with its end if a limit refused it now, and with what a retry
 * needs to count in the same window.
 */
export function notApplied(request: RequestContext, error: CounterError): CounterError {
  const { window, idempotencyKey, issuedAt } = request;
  if (window === undefined) return error;
  // A refusal that was recorded knows its window, which may have ended.
  if (error.code === "limit-exceeded")
    return withDetails(error, { resetsAt: window.period.endsAt, ...error.details });
  return error.retryable ? withDetails(error, { idempotencyKey, issuedAt }) : error;
}

/** The same error with more details. */
export function withDetails(error: CounterError, details: CounterErrorDetails): CounterError {
  return Object.assign(error, { details: { ...error.details, ...details } });
}

/** The error of a request that other writers overtook too often. */
export function overtaken(request: RequestContext, attempts: number): CounterError {
  return notChanged(request, `other writers overtook ${attempts} attempts in a row. Try again later`);
}

export function itemFull(request: RequestContext): CounterError {
  return notChanged(
    request,
    'its item is full of keys that are still live. Write less often, shorten idempotency.retentionSeconds, or let idempotency.strategy be "auto"',
  );
}

function notChanged({ config, id, idempotencyKey }: RequestContext, reason: string): CounterError {
  return new CounterError(
    "throttled",
    `${named(config, id)} was not changed: ${reason}; ask again with the idempotency key ${quoted(idempotencyKey)}.`,
  );
}

/** The error of a call that found expired holds, which other writers kept it from giving back. */
export function notSettled(table: Pick<Table, "tableName">, id: string): CounterError {
  return new CounterError(
    "throttled",
    `${named(table, id)} was not read: it has expired holds, and other writers overtook ${MAX_OVERTAKEN} attempts in a row to give back what they have taken. Try again later.`,
  );
}

/** The error of a request to end a hold that other writers overtook too often. */
export function notEnded(
  table: Pick<Table, "tableName">,
  { id, holdId, type }: EndHoldRequest,
): CounterError {
  return new CounterError(
    "throttled",
    `${named(table, id)} was not changed: other writers overtook ${MAX_OVERTAKEN} attempts in a row. Try again later to ${type} hold ${quoted(holdId)}.`,
  );
}

/** The error of a request to end a hold in which an attempt was never answered. */
export function endUnknown(
  table: Pick<Table, "tableName">,
  { id, holdId, type }: EndHoldRequest,
  cause: CounterError,
): CounterError {
  return new CounterError(
    "outcome-unknown",
    `Hold ${quoted(holdId)} of ${named(table, id)} may or may not have ended: an attempt to ${type} it was never answered. Ask again to ${type} it, to find out. ${cause.message.replace(/ \[[a-z-]+\]$/u, "")}`,
    { cause, details: { idempotencyKey: holdId, holdId } },
  );
}

export function notYetIssued(issuedAt: number): CounterError {
  return new CounterError(
    "invalid-input",
    `request.issuedAt is ${issuedAt}, which is yet to come; pass milliseconds since 1970.`,
  );
}

export function idempotencyKeyExpired(request: RequestContext): CounterError {
  const { config, id, idempotencyKey, issuedAt, retryUntil } = request;
  return new CounterError(
    "idempotency-key-expired",
    `${named(config, id)} was not changed: idempotencyKey ${quoted(idempotencyKey)} was issued at ${new Date(issuedAt).toISOString()}, and keys are remembered for ${(retryUntil - issuedAt) / 1_000} s, so it is not known any more whether the request was applied. Find out by other means, and count under a new idempotency key if it was not; or let idempotency.retentionSeconds be longer than requests may take.`,
  );
}

/** The error for an item whose value was no whole number, and of which a batch that sets a value made one. */
export function setOverFraction({ config, id, idempotencyKey }: RequestContext): CounterError {
  return new CounterError(
    "misconfigured",
    `${named(config, id)} held a number with a fraction, and now holds what the batch sets; the record of idempotencyKey ${quoted(idempotencyKey)} cannot be read. Count on with another idempotency key.`,
  );
}

/** The error of a request that was applied to several counters, one of which does not record it any more. */
export function resultForgotten({ config, id, idempotencyKey }: RequestContext): CounterError {
  return new CounterError(
    "idempotency-key-expired",
    `${named(config, id)} has no record of idempotencyKey ${quoted(idempotencyKey)} any more, and another counter of the same request has: the request was applied, and the counter was deleted since, or the key has expired. Nothing was changed now. Read the values with get.`,
  );
}

/** Says that an error is about one request to several counters. */
export function ofSeveral(requests: readonly RequestContext[], error: unknown): unknown {
  if (!isCounterError(error)) return error;
  const ids = requests.map(({ id }) => quoted(id));
  const shown = ids.length > IDS_SHOWN ? `${ids.slice(0, IDS_SHOWN).join(", ")} …` : ids.join(", ");
  const isWithout = error.cause instanceof Error && error.cause.name === "UnknownOperationException";
  const message = isWithout
    ? 'None was changed: this engine has no transactions, as dynalite has none. Use DynamoDB, or for tests DynamoDB Local: startDynamoDB({ engine: "dynamodb-local" }).'
    : error.message;
  const counters = ids.length === 1 ? "counter" : "counters";
  return new CounterError(error.code, `One request for ${counters} ${shown}: ${message}`, {
    cause: error,
    details: error.details,
  });
}

const IDS_SHOWN = 3;

/** The error for a record in a format that this version does not know. Counting the request could count it twice. */
export function unreadableRecord(
  {
    config,
    id,
    idempotencyKey,
  }: Pick<RequestContext, "id" | "idempotencyKey"> & {
    readonly config: Pick<Table, "tableName">;
  },
  record: AttributeValue,
): CounterError {
  return new CounterError(
    "misconfigured",
    `${named(config, id)} holds ${quoted(record)} as the record of idempotencyKey ${quoted(idempotencyKey)}. A newer version of @durable-counter/dynamodb may have written it: upgrade this one. If nothing of ours wrote it, remove it.`,
  );
}
