import type { CounterStore } from "@durable-counter/core";
import { MemoryCounterStore } from "@durable-counter/testing";

/**
 * A store in memory whose `apply` a test replaces.
 *
 * @param apply calls `forward` with the request to apply it; by default it does nothing else
 * @param store the current store, which a test may exchange
 */
export function withApply(
  apply: (
    request: Parameters<CounterStore["apply"]>[0],
    forward: CounterStore["apply"],
  ) => ReturnType<CounterStore["apply"]> = (request, forward) => forward(request),
  store: CounterStore | (() => CounterStore) = new MemoryCounterStore(),
): CounterStore {
  const current = typeof store === "function" ? store : () => store;
  return {
    apply: (request) => apply(request, (forwarded) => current().apply(forwarded)),
    get: (id, options) => current().get(id, options),
    delete: (id) => current().delete(id),
    list: () => current().list(),
  };
}
