import type { Item } from "./counter-item.ts";

/** Lambdas see few counters again; a process that sees many forgets the oldest. */
const MOST = 10_000;

/**
 * What one store keeps in mind between requests. None of it is needed to be right, but for `unsettled`: all of it
 * saves requests.
 */
export interface StoreMemory {
  /** How counters looked last that are written by transactions: what the next one starts from. */
  readonly sealed: Recent<Item>;
  /** Keys that were sent and never answered: a request of theirs may still be on its way. */
  readonly unsettled: Recent<true>;
  /** False once the engine has refused a transaction, or the client may not send one. */
  canTransact: boolean;
}

export function createStoreMemory(): StoreMemory {
  return { sealed: new Recent(), unsettled: new Recent(), canTransact: true };
}

/** A map that forgets what was set longest ago. */
class Recent<Value> {
  readonly #entries = new Map<string, Value>();

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > MOST) this.delete(this.#entries.keys().next().value ?? key);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
