import type { Item } from "./read-item.ts";
import type { CounterKey } from "./table-keys.ts";

/** A Lambda function sees few counters again; a process that sees many forgets the oldest. */
const MAX_ENTRIES = 10_000;

/** What one store remembers between requests. Only `inFlight` is needed for correctness; the rest saves requests. */
export interface StoreCache {
  /** The latest known state of counters that are written by transactions. */
  readonly fencedItems: BoundedMap<Item>;
  /** The value that each item had when this store last saw it, for `applyAll` and holds: transactions return no values. */
  readonly values: BoundedMap<number>;
  /** Whether a transaction assumes that counters without a known value are new. Once that was wrong, it no longer does. */
  assumesNew: boolean;
  readonly inFlight: InFlightKeys;
  /** Until when a transaction on an item would probably be overtaken, in milliseconds since 1970, because one was. */
  readonly contendedUntil: BoundedMap<number>;
  /** Until when the keys of an item are not moved, in milliseconds since 1970, because a transaction over it was refused. */
  readonly notMovedUntil: BoundedMap<number>;
}

/** A request to an item, of which the store remembers something. */
export interface ItemRequest extends CounterKey {
  /** In milliseconds since 1970. */
  readonly startedAt: number;
  readonly config: { readonly cache: StoreCache };
}

export function createStoreCache(): StoreCache {
  return {
    fencedItems: new BoundedMap(),
    values: new BoundedMap(),
    assumesNew: true,
    inFlight: new InFlightKeys(),
    contendedUntil: new BoundedMap(),
    notMovedUntil: new BoundedMap(),
  };
}

/** A map that forgets the entry that was set longest ago. */
export class BoundedMap<Value> {
  readonly #entries = new Map<string, Value>();

  get(key: string): Value | undefined {
    return this.#entries.size === 0 ? undefined : this.#entries.get(key); // Most stay empty, and hashing a key takes time.
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

/**
 * Keys of requests that were sent and never answered: an attempt may still arrive. None is forgotten before that is
 * impossible, however many there are.
 */
class InFlightKeys {
  /** In the order in which they may be forgotten. */
  readonly #keys = new Map<string, { readonly issuedAt: number; readonly forgetAt: number }>();

  /** When a key was sent first, in milliseconds since 1970. */
  issuedAt(name: string): number | undefined {
    return this.#keys.size === 0 ? undefined : this.#keys.get(name)?.issuedAt;
  }

  /** @returns when the key was sent first: two calls with one key may have begun at the same time */
  add(name: string, key: { readonly issuedAt: number; readonly forgetAt: number }, now: number): number {
    const issuedAt = Math.min(key.issuedAt, this.issuedAt(name) ?? Infinity);
    this.#keys.delete(name);
    this.#keys.set(name, { ...key, issuedAt });
    for (const [oldest, { forgetAt }] of this.#keys) {
      if (forgetAt > now) break;
      this.#keys.delete(oldest);
    }
    return issuedAt;
  }

  delete(name: string): void {
    this.#keys.delete(name);
  }
}
