import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Hold, HoldEnd } from "@durable-counter/core";
import type { Item } from "./counter-item.ts";
import { attributes, HELD_PREFIX, HOLD_PREFIX, KEY_PREFIX } from "./table-schema.ts";

/*
 * A hold is recorded in two attributes beside the record of its idempotency key, all three named after the same hash:
 *
 *     h#…   when it expires, in milliseconds since 1970 . amount (16 digits)
 *     a#…   the amount, as long as the hold is open; then how it ended: v1/committed/amount/seconds, v1/released//seconds
 *           or v1/expired//seconds, and until when that is remembered. Without an amount, all of it was committed.
 *
 * An update that knows neither can end the hold: it can add the number a#… to the value, and its condition sees by the type
 * that the hold is open.
 */

const AMOUNT_DIGITS = 16;
const HOLD = /^(\d{1,15})(?:\.(\d{1,16}))?$/u;
const END = /^v1\/(committed|released|expired)\/(\d*)\/(\d+)$/u;

/** The names of a hold's attributes in the counter's item. */
export function holdAttributes(keyAttribute: string): { readonly hold: string; readonly held: string } {
  const hash = keyAttribute.slice(KEY_PREFIX.length);
  return { hold: HOLD_PREFIX + hash, held: HELD_PREFIX + hash };
}

/** What a hold is, which never changes. */
export function holdText({ expiresAt, amount }: Pick<Hold, "expiresAt" | "amount">): AttributeValue {
  return { N: `${expiresAt}.${String(amount).padStart(AMOUNT_DIGITS, "0")}` };
}

/**
 * How a hold ended.
 *
 * @param end a commit without `amount` is one of all that was held
 * @param forgetAt in seconds since 1970
 */
export function endText(
  end: { readonly type: HoldEnd["type"]; readonly amount?: number | undefined },
  forgetAt: number,
): AttributeValue {
  return { S: ["v1", end.type, end.amount ?? "", forgetAt].join("/") };
}

/**
 * Reads a hold.
 *
 * @returns undefined if there is none; "unreadable" for attributes of a later version
 */
export function readHold(
  hold: AttributeValue | undefined,
  held: AttributeValue | undefined,
): Hold | "unreadable" | undefined {
  if (hold === undefined && held === undefined) return undefined;
  const [, expiresAt, fraction = ""] = HOLD.exec(hold?.N ?? "") ?? [];
  if (expiresAt === undefined) return "unreadable";
  const amount = Number(fraction.padEnd(AMOUNT_DIGITS, "0"));
  const known = { amount, expiresAt: Number(expiresAt) };
  if (held?.N !== undefined) return known;
  const [, type, committed] = END.exec(held?.S ?? "") ?? [];
  switch (type) {
    case "committed":
      return { ...known, end: { type, amount: committed === "" ? amount : Number(committed) } };
    case "released":
    case "expired":
      return { ...known, end: { type } };
    default:
      return "unreadable";
  }
}

/** When a hold expires; undefined for an attribute of a later version. */
export function expiryOfHold(hold: AttributeValue): number | undefined {
  const [, expiresAt] = HOLD.exec(hold.N ?? "") ?? [];
  return expiresAt === undefined ? undefined : Number(expiresAt);
}

/** Until when the end of a hold is remembered, in seconds since 1970; undefined if it is open. */
export function forgottenAt(held: AttributeValue | undefined): number | undefined {
  const [, , , seconds] = END.exec(held?.S ?? "") ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}

/** An open hold. */
export interface OpenHold extends Pick<Hold, "amount" | "expiresAt"> {
  readonly keyAttribute: string;
}

/** The open holds in a counter's item. */
export function openHolds(item: Item): readonly OpenHold[] {
  return Object.keys(item)
    .filter((name) => name.startsWith(HELD_PREFIX))
    .flatMap((name) => {
      const keyAttribute = KEY_PREFIX + name.slice(HELD_PREFIX.length);
      const hold = readHold(item[holdAttributes(keyAttribute).hold], item[name]);
      if (hold === undefined || hold === "unreadable" || hold.end !== undefined) return [];
      return [{ keyAttribute, amount: hold.amount, expiresAt: hold.expiresAt }];
    });
}

/** When the first open hold expires, or earlier, in milliseconds since 1970; Infinity if none is open. */
export function dueOf(item: Item): number {
  return Math.floor(Number(item[attributes.due]?.N ?? Infinity));
}

/** Whether a hold of the counter may have expired whose amount is not in the value again. */
export function isDue(item: Item, now: number): boolean {
  return dueOf(item) <= now;
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
