import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Hold, HoldEnd } from "@durable-counter/core";
import type { Item } from "./read-item.ts";
import { HELD_PREFIX, HOLD_PREFIX, KEY_PREFIX } from "./item-schema.ts";

/*
 * A hold is recorded in two attributes beside the record of its idempotency key, all three named after the same hash:
 *
 *     h#…   when it expires, in milliseconds since 1970 . amount (16 digits); in a counter with windows the text
 *           v1/start of its window, in seconds since 1970/when it expires/amount
 *     a#…   the amount, as long as the hold is open; then how it ended: v1/committed/amount/seconds, v1/released//seconds
 *           or v1/expired//seconds, and until when that is remembered. Without an amount, all of it was committed.
 *
 * An update that knows neither can end the hold: it can add the number a#… to the value, and its condition sees by the type
 * that the hold is open.
 */

const AMOUNT_DIGITS = 16;
const HOLD = /^(\d{1,15})(?:\.(\d{1,16}))?$/u;
const WINDOWED_HOLD = /^v1\/(-?\d+)\/(\d{1,15})\/(\d{1,16})$/u;
const END = /^v1\/(committed|released|expired)\/(\d*)\/(\d+)$/u;

/** The names of a hold's attributes in the counter's item. */
export function holdAttributes(keyAttribute: string): { readonly hold: string; readonly held: string } {
  const hash = keyAttribute.slice(KEY_PREFIX.length);
  return { hold: HOLD_PREFIX + hash, held: HELD_PREFIX + hash };
}

/** A hold, as a table has it. */
export interface RecordedHold extends Hold {
  /** When the window starts that the hold belongs to, in milliseconds since 1970; undefined in a counter without windows. */
  readonly startsAt?: number | undefined;
}

/** What a hold is, which never changes. */
export function holdText({
  expiresAt,
  amount,
  startsAt,
}: Pick<RecordedHold, "expiresAt" | "amount" | "startsAt">): AttributeValue {
  if (startsAt !== undefined) return { S: `${windowOfHoldText(startsAt)}${expiresAt}/${amount}` };
  return { N: `${expiresAt}.${String(amount).padStart(AMOUNT_DIGITS, "0")}` };
}

/** Begins the text of every hold that belongs to a window. */
export function windowOfHoldText(startsAt: number): string {
  return `v1/${startsAt / 1_000}/`;
}

/** What is recorded of the end of a hold, which may not have been seen. */
export interface EndRecord {
  readonly type: HoldEnd["type"];
  /** How much was committed; undefined for all of it. */
  readonly amount?: number | undefined;
}

/**
 * How a hold ended.
 *
 * @param forgetAt in seconds since 1970
 */
export function endText(end: EndRecord, forgetAt: number): AttributeValue {
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
): RecordedHold | "unreadable" | undefined {
  if (hold === undefined && held === undefined) return undefined;
  const known = readHoldText(hold);
  if (known === undefined) return "unreadable";
  const { amount } = known;
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

/** What a hold is; undefined for an attribute of a later version. */
export function readHoldText(
  hold: AttributeValue | undefined,
): Pick<RecordedHold, "amount" | "expiresAt" | "startsAt"> | undefined {
  const windowed = WINDOWED_HOLD.exec(hold?.S ?? "");
  if (windowed !== null) {
    const [seconds = 0, expiresAt = 0, amount = 0] = windowed.slice(1).map(Number);
    return { amount, expiresAt, startsAt: seconds * 1_000 };
  }
  const [, expiresAt, fraction = ""] = HOLD.exec(hold?.N ?? "") ?? [];
  if (expiresAt === undefined) return undefined;
  return { amount: Number(fraction.padEnd(AMOUNT_DIGITS, "0")), expiresAt: Number(expiresAt) };
}

/** Until when the end of a hold is remembered, in seconds since 1970; undefined if it is open. */
export function forgottenAt(held: AttributeValue | undefined): number | undefined {
  const [, , , seconds] = END.exec(held?.S ?? "") ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}

/** An open hold. */
export interface OpenHold extends Pick<RecordedHold, "amount" | "expiresAt" | "startsAt"> {
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
      const { amount, expiresAt, startsAt } = hold;
      return [{ keyAttribute, amount, expiresAt, startsAt }];
    });
}
