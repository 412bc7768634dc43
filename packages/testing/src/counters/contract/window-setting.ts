import type { CounterStore, CounterWindow } from "@durable-counter/core";
import type { Contract, ContractStoreOptions } from "./contract.ts";

export const HOUR = 3_600_000;
export const MINUTE = 60_000;
/** The start of an hour, in the year 2100: an engine with a clock of its own would delete items whose time is over. */
export const START = 1_140_000 * HOUR;

function fixedWindow(name: string, length: number): CounterWindow {
  return {
    name,
    at: (ms) => {
      const startsAt = Math.floor(ms / length) * length;
      return { startsAt, endsAt: startsAt + length };
    },
  };
}

export const HOURS = fixedWindow("hour", HOUR);
export const DAYS = fixedWindow("day", 24 * HOUR);

/** The end of the window in which the tests begin. */
export const FIRST_END = START + HOUR;

/** A store of hours, half a minute before the end of one. */
export async function setUpWindows(
  createStore: Contract["createStore"],
  options: ContractStoreOptions = {},
): Promise<{
  readonly clock: { now: number };
  readonly store: CounterStore;
  /** The value of the counter `a` in the current window. */
  readonly read: () => Promise<number>;
}> {
  const clock = { now: FIRST_END - MINUTE / 2 };
  const store = await createStore({ window: HOURS, now: () => clock.now, ...options });
  return { clock, store, read: () => store.get("a", { consistent: true }) };
}
