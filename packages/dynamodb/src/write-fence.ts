import { CounterError } from "@durable-counter/core";
import { named, type CounterKey, type Item } from "./counter-item.ts";
import { attributes, SEALED_FOR_GOOD } from "./table.ts";

/**
 * How long a seal holds and an idempotency key is kept beyond the window: an attempt may be on its way for five minutes, after
 * which AWS refuses its signature, and two clocks may be a minute apart.
 */
export const GRACE_SECONDS = 420;

/** Until when, in seconds since 1970, no plain update may touch the item; 0 where any may. */
export function sealOf(item: Item): number {
  return Number(item[attributes.seal]?.N ?? 0);
}

/** Whether plain updates must keep off an item, since markers remember keys of it. */
export function isSealed(item: Item, { nowSeconds }: { readonly nowSeconds: number }): boolean {
  return sealOf(item) >= nowSeconds - GRACE_SECONDS;
}

/** @throws CounterError `misconfigured` where another kind of store, or a newer one, keeps this counter */
export function checkSeal(item: Item, key: CounterKey): void {
  if (sealOf(item) < SEALED_FOR_GOOD) return;
  const shards = item[attributes.shards]?.N;
  throw new CounterError(
    "misconfigured",
    shards === undefined
      ? `${named(key)} was written by a newer version of @durable-counter/dynamodb. Upgrade this one.`
      : `${named(key)} is spread over ${shards} shards. Create the store with shards: ${shards}, or count under another id.`,
  );
}
