import { increment, isCounterError, type CounterStore } from "@durable-counter/core";

/** Counts one with an idempotency key, and retries while the store is throttled. */
export async function countOne(store: CounterStore, id: string, idempotencyKey: string): Promise<void> {
  for (;;) {
    try {
      await store.apply({ id, commands: [increment()], idempotencyKey });
      return;
    } catch (error) {
      if (!isCounterError(error, "throttled")) throw error;
    }
  }
}
