import { setImmediate } from "node:timers/promises";

/** A dependency with I/O of its own: entries by place, so that writing one again changes nothing. */
export class Ledger {
  readonly #entries = new Map<number, number>();

  async enter(place: number, amount: number): Promise<number> {
    await setImmediate();
    this.#entries.set(place, amount);
    return amount;
  }

  clear(): void {
    this.#entries.clear();
  }
}
