import {
  endHold,
  inWindow,
  valueAfterReturn,
  type EndHoldRequest,
  type Hold,
  type HoldEndResult,
  type WindowPeriod,
} from "@durable-counter/core";
import { setValueIn, valueIn, type CounterValues } from "./memory-windows.ts";

/** A hold, as a counter in memory remembers it. */
export interface PlacedHold extends Hold {
  /** The window that the hold belongs to, in a counter with windows. */
  readonly period?: WindowPeriod | undefined;
}

/** What a counter in memory is made of, as far as holds are concerned. Without a value, it has no holds either. */
export interface CounterWithHolds<OneHold extends PlacedHold = PlacedHold> extends CounterValues {
  /** By id. A hold that has ended is kept. */
  readonly holds: Map<string, OneHold>;
}

/**
 * Gives back what expired holds have taken, each to its window. One that the counter has no room for, within 2^53 − 1, stays open.
 *
 * @param now in milliseconds since 1970
 */
export function expireHolds<OneHold extends PlacedHold>(
  counter: CounterWithHolds<OneHold>,
  now: number,
): void {
  for (const [holdId, hold] of openHolds(counter)) {
    const value = valueIn(counter, hold.period) ?? 0;
    if (hold.expiresAt > now || value > Number.MAX_SAFE_INTEGER - hold.amount) continue;
    setValueIn(counter, hold.period, value + hold.amount);
    counter.holds.set(holdId, { ...hold, end: { type: "expired" } });
  }
}

/**
 * Commits or releases a hold. What has expired must have been given back before.
 *
 * @throws CounterError `invalid-input`, `limit-exceeded`
 */
export function endHoldInMemory(
  counter: CounterWithHolds | undefined,
  request: EndHoldRequest,
  now: number,
): HoldEndResult {
  const hold = counter?.holds.get(request.holdId);
  // An expired hold is still open if there is no room for it. It can be released later, but not be committed.
  const isOver = hold !== undefined && hold.end === undefined && hold.expiresAt <= now;
  const known = isOver && request.type === "commit" ? ({ ...hold, end: { type: "expired" } } as const) : hold;
  const { end, back, replayed } = endHold(known, request);
  const value = valueAfterReturn((counter && valueIn(counter, hold?.period)) ?? 0, back, request);
  if (!replayed && counter !== undefined && hold !== undefined) {
    setValueIn(counter, hold.period, value);
    counter.holds.set(request.holdId, { ...hold, end });
  }
  const result = { value, replayed };
  return hold?.period === undefined ? result : inWindow(result, hold.period);
}

/** The sum of the holds that are open and have not expired; with windows, of the current one. */
export function sumOfHolds(counter: CounterWithHolds, now: number, period?: WindowPeriod): number {
  return openHolds(counter).reduce((sum, [, hold]) => {
    const isCounted = hold.expiresAt > now && hold.period?.startsAt === period?.startsAt;
    return isCounted ? sum + hold.amount : sum;
  }, 0);
}

function openHolds<OneHold extends PlacedHold>({
  holds,
}: CounterWithHolds<OneHold>): (readonly [string, OneHold])[] {
  return [...holds].filter(([, { end }]) => end === undefined);
}
