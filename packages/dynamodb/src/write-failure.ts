import { itemKey, readItem, type CounterKey } from "./counter-item.ts";
import type { Counting, Outcome } from "./request-context.ts";
import { isBusy, isItemFull, translateError } from "./translate-error.ts";

/**
 * What became of a write that failed, and not by its condition.
 *
 * @throws CounterError `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function notCounted(
  error: unknown,
  key: CounterKey,
  { idempotencyKey, attempts }: Counting,
): Promise<Outcome> {
  if (isItemFull(error)) {
    return { kind: "full", item: await readItem(key, itemKey(key), { consistent: true }) };
  }
  if (isBusy(error)) return { kind: "busy", error };
  const { tableName, id: counterId } = key;
  throw translateError(error, { tableName, counterId, idempotencyKey, wrote: true, attempts });
}
