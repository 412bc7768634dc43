import {
  applyBatch,
  CounterError,
  entryLimits,
  entryRefused,
  isCounterError,
  type ApplyAllRequest,
  type ApplyAllResult,
  type BatchResult,
  type Limits,
} from "@durable-counter/core";
import { onlyReads } from "./counter-operation.ts";
import {
  newCounter,
  remember,
  rememberedResult,
  type KeyedBatch,
  type StoredCounter,
} from "./memory-batch.ts";
import { counterName, inPeriod, setValueIn, valueIn } from "./memory-windows.ts";

/**
 * Applies one batch to each of several counters in memory, all or nothing. Each of them remembers the key, whose request is the
 * set of all entries. An entry with a window counts in the one in which the request was issued.
 *
 * @param request a valid request
 * @param defaults of the store
 * @param now in milliseconds since 1970
 * @throws CounterError `limit-exceeded`, `idempotency-key-reused`, `idempotency-key-expired`
 */
export function applyAllInMemory(
  counters: Map<string, StoredCounter>,
  request: ApplyAllRequest,
  defaults: { readonly limits: Limits | undefined; readonly initial: number },
  now: number,
): ApplyAllResult {
  const { entries, idempotencyKey, callerId, issuedAt = now } = request;
  const fingerprint = JSON.stringify(
    entries.map(({ id, window, commands }) => JSON.stringify([id, window?.name, commands])).toSorted(),
  );
  const each = entries.map((entry) => {
    const name = counterName(entry.id, entry.window);
    const counter = counters.get(name) ?? newCounter(entry.window);
    const period = entry.window?.at(issuedAt);
    const limits = entryLimits(entry, defaults.limits);
    const batch = { ...entry, idempotencyKey, callerId, fingerprint, limits, period } satisfies KeyedBatch;
    return { name, counter, batch, before: valueIn(counter, period) ?? entry.initial ?? defaults.initial };
  });
  const ofEntry = <T>(index: number, ask: () => T): T => {
    try {
      return ask();
    } catch (error) {
      throw isCounterError(error, "limit-exceeded") ? entryRefused(error, index, entries) : error;
    }
  };

  const remembered = each.map(({ counter, batch }, index) =>
    ofEntry(index, () => rememberedResult(counter, batch)),
  );
  const results = remembered.filter((result) => result !== undefined);
  if (results.length === entries.length) return { results, replayed: true };
  if (results.length > 0) throw partlyForgotten(entries[remembered.indexOf(undefined)]?.id, idempotencyKey);

  const applied = each.map(({ name, counter, batch, before }, index): BatchResult => {
    const { id, commands, limits, period } = batch;
    return ofEntry(index, () => {
      try {
        return inPeriod(period, limits, () => applyBatch(before, commands, limits, id));
      } catch (refusal) {
        if (callerId !== undefined) counters.set(name, remember(counter, batch, before, "refused"));
        throw refusal;
      }
    });
  });
  const isRead = idempotencyKey === undefined && entries.every(onlyReads);
  for (const [index, { name, counter, batch, before }] of each.entries()) {
    const { value } = applied[index] ?? {};
    if (isRead || value === undefined) continue;
    setValueIn(counter, batch.period, value);
    counters.set(name, remember(counter, batch, before, "counted"));
  }
  return { results: applied, replayed: false };
}

function partlyForgotten(id: string | undefined, idempotencyKey: string | undefined): CounterError {
  return new CounterError(
    "idempotency-key-expired",
    `Counter ${JSON.stringify(id)} was deleted since the request with the idempotency key ${JSON.stringify(idempotencyKey)} was applied, so its result is not known any more. Nothing was changed now. Read the values with get.`,
  );
}
