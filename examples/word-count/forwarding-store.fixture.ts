import type { CounterStore } from "@durable-counter/core";

/** Forwards to a store that a test replaces, and lets the test wrap every write. */
export function forwardingStore(
  current: () => CounterStore,
  during: <T>(write: () => Promise<T>) => Promise<T> = (write) => write(),
): CounterStore {
  return {
    apply: (request) => during(() => current().apply(request)),
    get: (id, options) => current().get(id, options),
    delete: (id) => current().delete(id),
    list: () => current().list(),
  };
}
