import { endHold, valueAfterReturn, type EndHoldRequest, type Hold } from "@durable-counter/core";

/** What a counter in memory is made of, as far as holds are concerned. */
export interface CounterWithHolds<OneHold extends Hold = Hold> {
  /** Undefined if the counter has no value yet. Then it has no holds either. */
  value: number | undefined;
  /** By id. A hold that has ended is kept. */
  readonly holds: Map<string, OneHold>;
}

/**
 * Gives back what expired holds have taken. One that the counter has no room for, within 2^53 − 1, stays open.
 *
 * @param now in milliseconds since 1970
 */
export function expireHolds<OneHold extends Hold>(counter: CounterWithHolds<OneHold>, now: number): void {
  for (const [holdId, hold] of openHolds(counter)) {
    const value = counter.value ?? 0;
    if (hold.expiresAt > now || value > Number.MAX_SAFE_INTEGER - hold.amount) continue;
    counter.value = value + hold.amount;
    counter.holds.set(holdId, { ...hold, end: { type: "expired" } });
  }
}

/**
 * Commits or releases a hold. What has expired must have been given back before.
 *
 * @throws CounterError `invalid-input`, `limit-exceeded`
 */
export function endHoldInMemory(counter: CounterWithHolds | undefined, request: EndHoldRequest, now: number) {
  const hold = counter?.holds.get(request.holdId);
  // An expired hold is still open if there is no room for it. It can be released later, but not be committed.
  const isOver = hold !== undefined && hold.end === undefined && hold.expiresAt <= now;
  const known = isOver && request.type === "commit" ? ({ ...hold, end: { type: "expired" } } as const) : hold;
  const { end, back, replayed } = endHold(known, request);
  const value = valueAfterReturn(counter?.value ?? 0, back, request);
  if (!replayed && counter !== undefined && hold !== undefined) {
    counter.value = value;
    counter.holds.set(request.holdId, { ...hold, end });
  }
  return { value, replayed };
}

/** The sum of the holds that are open and have not expired. */
export function sumOfHolds(counter: CounterWithHolds, now: number): number {
  return openHolds(counter).reduce((sum, [, hold]) => (hold.expiresAt > now ? sum + hold.amount : sum), 0);
}

function openHolds<OneHold extends Hold>({
  holds,
}: CounterWithHolds<OneHold>): (readonly [string, OneHold])[] {
  return [...holds].filter(([, { end }]) => end === undefined);
}
