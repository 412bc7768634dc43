import { CounterError } from "@durable-counter/core";
import { readItem, type Item } from "./read-item.ts";
import { named, quoted } from "./named.ts";
import { endUntracked } from "./attempt-tracking.ts";
import type { CounterState } from "./counter-state.ts";
import type { RequestContext } from "./request-context.ts";
import { isBusy, isConflict, isItemFull, translateError } from "./aws-errors.ts";

/** What became of a write that DynamoDB answered. */
export type WriteOutcome =
  /** `before` is the value before; `item` is what the write returned. */
  | { readonly type: "applied"; readonly before: number; readonly item?: Item }
  /** The condition failed; `state` says why. */
  | { readonly type: "condition-failed"; readonly state: CounterState }
  /** Not applied: the item would be larger than an item may be. */
  | { readonly type: "item-full"; readonly item: Item }
  /** Not applied: DynamoDB throttles, or another transaction was at work on the item, which is a conflict. */
  | { readonly type: "busy"; readonly error: CounterError; readonly isConflict: boolean };

/**
 * The outcome of a write that failed, but not by its condition.
 *
 * @throws CounterError `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function failedWrite(request: RequestContext, error: unknown): Promise<WriteOutcome> {
  endUntracked(request.attempts, error);
  if (isItemFull(error)) {
    return { type: "item-full", item: await readItem(request.config, request, { consistent: true }) };
  }
  const translated = translateWriteError(request, error);
  return isBusy(error)
    ? { type: "busy", error: translated, isConflict: isConflict(error) }
    : Promise.reject(translated);
}

/** The error of a call that ended so, given what is known of its attempts. */
export function translateWriteError(request: RequestContext, error: unknown): CounterError {
  const { config, id: counterId, idempotencyKey, attempts } = request;
  const { tableName } = config;
  return translateError(error, { tableName, counterId, idempotencyKey, wrote: true, attempts });
}

/**
 * Reads the item that made a condition fail, from an engine that does not send it along.
 *
 * @throws CounterError `outcome-unknown` if it cannot be read: the write may have been refused because an attempt of it,
 *   whose reply was lost, was applied before
 */
export async function readFailedItem(request: RequestContext, sortKey = request.sortKey): Promise<Item> {
  const { config, id } = request;
  try {
    return await readItem(config, { id, sortKey }, { consistent: true });
  } catch (cause) {
    throw reasonUnknown(request, cause);
  }
}

/** The error of a request whose condition failed, and whose item could not be read. */
export function reasonUnknown({ config, id, idempotencyKey }: RequestContext, cause: unknown): CounterError {
  return new CounterError(
    "outcome-unknown",
    `${named(config, id)} refused a write, and the reason could not be read. Ask again with the idempotency key ${quoted(idempotencyKey)} to find out.`,
    { cause, details: { idempotencyKey } },
  );
}
