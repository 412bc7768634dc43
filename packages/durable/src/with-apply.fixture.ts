import type { ApplyRequest, ApplyResult, CallOptions, CounterStore } from "@durable-counter/core";
import { MemoryCounterStore } from "@durable-counter/testing";

/**
 * A store in memory whose `apply` a test replaces.
 *
 * @param apply calls `forward` with the request to apply it; by default it does nothing else
 * @param store the current store, which a test may exchange
 */
export function withApply(
  apply: (
    request: ApplyRequest,
    forward: CounterStore["apply"],
    options?: CallOptions,
  ) => Promise<ApplyResult> = (request, forward, options) => forward(request, options),
  store: CounterStore | (() => CounterStore) = new MemoryCounterStore(),
): CounterStore {
  const current = typeof store === "function" ? store : () => store;
  return {
    supportsWindows: true,
    apply: (request, options) => apply(request, (forwarded) => current().apply(forwarded, options), options),
    get: (id, options) => current().get(id, options),
    delete: (id, options) => current().delete(id, options),
    list: (options) => current().list(options),
  };
}
