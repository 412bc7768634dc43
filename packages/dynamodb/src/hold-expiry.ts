import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Item } from "./read-item.ts";
import { attributes, numberValue } from "./item-schema.ts";
import { hasHolds } from "./write-fence.ts";

/*
 * Whether a hold has expired is decided by one number in the counter's item: its attribute `due`. A write has it in its condition, a
 * read looks at it; whatever has expired is given back first.
 */

/** When the first open hold expires, or earlier, in milliseconds since 1970; Infinity if none is open. */
export function dueOf(item: Item): number {
  return Math.floor(Number(item[attributes.due]?.N ?? Infinity));
}

/** Whether a hold of the counter may have expired whose amount is not in the value again. */
export function isDue(item: Item, now: number): boolean {
  return hasHolds(item) && mayBeDue(item, now);
}

/** As `isDue`, for an item that was read without its fence, which says whether the counter has holds at all. */
export function mayBeDue(item: Item, now: number): boolean {
  return dueOf(item) <= now;
}

/** The earliest `due` of a counter on which no hold has expired. */
export function soonAfter(now: number): AttributeValue {
  return numberValue(now + 1);
}

/** By how much the fraction of `due` grows with a hold. */
export const TICK = "0.000000000001";
const TICK_DIGITS = 12;

/** The attribute `due` of a counter without one. The random part is for a counter that is deleted and written again. */
export function firstDue(expiresAt: number, random: () => number): AttributeValue {
  const serial = Math.floor(random() * 10 ** (TICK_DIGITS - 3));
  return { N: `${expiresAt}.${String(serial).padStart(TICK_DIGITS, "0")}` };
}

/** The attribute `due` that takes the place of another one, and differs from every earlier one. */
export function nextDue({ [attributes.due]: due }: Item, expiresAt: number): AttributeValue {
  const [, fraction = ""] = (due?.N ?? "").split(".");
  const serial = Number(fraction.padEnd(TICK_DIGITS, "0")) + 1;
  return { N: `${expiresAt}.${String(serial).padStart(TICK_DIGITS, "0")}` };
}
