import {
  applyEntries,
  CounterError,
  entryLimits,
  entryRefused,
  isCounterError,
  type ApplyAllRequest,
  type ApplyAllResult,
  type BatchResult,
  type Limits,
} from "@durable-counter/core";
import {
  newCounter,
  onlyReads,
  remember,
  rememberedResult,
  type KeyedBatch,
  type StoredCounter,
} from "./memory-batch.ts";

/**
 * Applies one batch to each of several counters in memory, all or nothing. Each of them remembers the key, whose request is the
 * set of all entries.
 *
 * @param request a valid request
 * @param defaults of the store
 * @throws CounterError `limit-exceeded`, `idempotency-key-reused`
 */
export function applyAllInMemory(
  counters: Map<string, StoredCounter>,
  request: ApplyAllRequest,
  defaults: { readonly limits: Limits | undefined; readonly initial: number },
): ApplyAllResult {
  const { entries, idempotencyKey, callerId } = request;
  const fingerprint = JSON.stringify(
    entries.map(({ id, commands }) => JSON.stringify([id, commands])).toSorted(),
  );
  const each = entries.map((entry) => ({
    counter: counters.get(entry.id) ?? newCounter(),
    batch: {
      ...entry,
      idempotencyKey,
      callerId,
      fingerprint,
      limits: entryLimits(entry, defaults.limits),
    } satisfies KeyedBatch,
  }));

  const remembered = each.map(({ counter, batch }, index): BatchResult | undefined => {
    try {
      return rememberedResult(counter, batch);
    } catch (error) {
      throw isCounterError(error, "limit-exceeded") ? entryRefused(error, index, entries) : error;
    }
  });
  const results = remembered.filter((result) => result !== undefined);
  if (results.length === entries.length) return { results, replayed: true };
  if (results.length > 0) throw partlyForgotten(entries[remembered.indexOf(undefined)]?.id, idempotencyKey);

  const befores = each.map(({ counter, batch }) => counter.value ?? batch.initial ?? defaults.initial);
  const rememberAt = (index: number, outcome: "counted" | "refused") => {
    const at = each[index];
    if (at === undefined) return;
    remember(at.counter, at.batch, befores[index] ?? defaults.initial, outcome);
    counters.set(at.batch.id, at.counter);
  };
  let applied: readonly BatchResult[];
  try {
    applied = applyEntries(befores, entries, defaults.limits);
  } catch (refusal) {
    if (callerId !== undefined) rememberAt(Number((refusal as CounterError).details["entry"]), "refused");
    throw refusal;
  }
  const isRead = idempotencyKey === undefined && entries.every(({ commands }) => onlyReads(commands));
  for (const [index, { counter }] of each.entries()) {
    if (isRead) break;
    counter.value = applied[index]?.value;
    rememberAt(index, "counted");
  }
  return { results: applied, replayed: false };
}

function partlyForgotten(id: string | undefined, idempotencyKey: string | undefined): CounterError {
  return new CounterError(
    "idempotency-key-expired",
    `Counter ${JSON.stringify(id)} was deleted since the request with the idempotency key ${JSON.stringify(idempotencyKey)} was applied, so its result is not known any more. Nothing was changed now. Read the values with get.`,
  );
}
