import type { Item } from "./counter-item.ts";

/** A Lambda function sees few counters again; a process that sees many forgets the oldest. */
const MAX_ENTRIES = 10_000;

/** What one store remembers between requests. Only `inFlight` is needed for correctness; the rest saves requests. */
export interface StoreCache {
  /** The latest known state of counters that are written by transactions. */
  readonly fencedItems: BoundedMap<Item>;
  /**
   * Keys of requests that were sent and never answered, because an attempt may still arrive; each with the time at which it
   * was sent first, in milliseconds since 1970.
   */
  readonly inFlight: BoundedMap<number>;
  /** False once the engine has refused a transaction, or the client may not send one. */
  canTransact: boolean;
}

export function createStoreCache(): StoreCache {
  return { fencedItems: new BoundedMap(), inFlight: new BoundedMap(), canTransact: true };
}

/** A map that forgets the entry that was set longest ago. */
class BoundedMap<Value> {
  readonly #entries = new Map<string, Value>();

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > MAX_ENTRIES) this.delete(this.#entries.keys().next().value ?? key);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
