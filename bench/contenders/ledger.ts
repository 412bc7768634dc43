import { setImmediate } from "node:timers/promises";

/** A dependency that does I/O. It has entries by position, so that writing one again changes nothing. */
export class Ledger {
  readonly #entries = new Map<number, number>();

  async enter(position: number, amount: number): Promise<number> {
    await setImmediate();
    this.#entries.set(position, amount);
    return amount;
  }

  clear(): void {
    this.#entries.clear();
  }
}
