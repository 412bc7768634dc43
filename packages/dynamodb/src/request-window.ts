import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import {
  CounterError,
  inWindow,
  type CounterWindow,
  type Limits,
  type WindowPeriod,
} from "@durable-counter/core";
import type { Item } from "./read-item.ts";
import { valueAttributeOf, windowStartOf } from "./item-schema.ts";
import { GRACE_SECONDS, hasHolds, lapsedBefore } from "./write-fence.ts";

/**
 * A windowed counter is one item, with an attribute for the value of each window. A retry that arrives after its window has
 * ended therefore meets the item, and the idempotency record, of its first attempt, whatever window it would take for its own.
 */
export interface RequestWindow {
  readonly window: CounterWindow;
  /** The window in which the request counts, unless it has counted before. */
  readonly period: WindowPeriod;
  /** The attribute with the value of that window. */
  readonly attribute: string;
  /** When DynamoDB may delete the item if nothing more is written, in seconds since 1970. */
  readonly expiresAt: number;
  /** What distinguishes the window in an idempotency record. */
  readonly serial: string;
  /** For how long the idempotency key is recorded. */
  readonly recordSeconds: number;
}

/** The last digits of the fingerprint in a record. */
const SERIAL_DIGITS = 3;
const MAX_SERIAL = 10 ** SERIAL_DIGITS - 1;

/** What is known of a request's time. */
interface RequestTime {
  readonly issuedAt: number;
  readonly startedAt: number;
  /** Until when the idempotency key is recorded, in seconds since 1970. */
  readonly expiresAt: number;
  readonly retentionSeconds: number;
  /** For how long the idempotency key is recorded: less than others if the store generated it. */
  readonly recordSeconds: number;
}

/**
 * @throws CounterError `invalid-input` for a request that was issued more than 999 windows ago
 */
export function requestWindow(window: CounterWindow, time: RequestTime): RequestWindow {
  const { issuedAt, startedAt, expiresAt, retentionSeconds, recordSeconds } = time;
  // A request from further in the future is refused, and need not even have a date.
  const latest = startedAt + GRACE_SECONDS * 1_000;
  const period = window.at(Math.min(issuedAt, latest));
  return {
    window,
    period,
    attribute: valueAttributeOf(period),
    expiresAt: itemExpiry(window, startedAt, retentionSeconds),
    serial: serialOf(window, period, Math.min(recordedAt(expiresAt, recordSeconds), latest)),
    recordSeconds,
  };
}

/**
 * At least a window after whatever the item holds, even if this write arrives last of all, five minutes late, and clocks differ:
 * then the current window has ended, no record is live, and no fence holds.
 */
function itemExpiry(window: CounterWindow, startedAt: number, retentionSeconds: number): number {
  const { endsAt } = window.at(window.at(startedAt).endsAt);
  return Math.ceil(endsAt / 1_000) + retentionSeconds + 2 * GRACE_SECONDS;
}

/** When a request was recorded that has this expiry, or when it was issued, if that was later. */
function recordedAt(expiresAt: number, recordSeconds: number): number {
  return (expiresAt - recordSeconds) * 1_000;
}

/** How many windows before that of the record a request counts: nearly always 0. */
function serialOf(window: CounterWindow, period: WindowPeriod, recordedAt: number): string {
  let serial = 0;
  for (let at = window.at(recordedAt); at.startsAt > period.startsAt; at = window.at(at.startsAt - 1)) {
    if (++serial > MAX_SERIAL) {
      throw new CounterError(
        "invalid-input",
        `request.issuedAt is more than ${MAX_SERIAL} windows ago; pass a later time, or longer windows than ${window.name}.`,
      );
    }
  }
  return String(serial).padStart(SERIAL_DIGITS, "0");
}

/** Replaces the last digits of a fingerprint by what distinguishes the window. */
export function withSerial(fingerprint: string, { serial }: RequestWindow): string {
  return fingerprint.slice(0, -SERIAL_DIGITS) + serial;
}

/** The part of a fingerprint that depends on the commands. */
export function withoutSerial(fingerprint: string): string {
  return fingerprint.slice(0, -SERIAL_DIGITS);
}

/**
 * The window in which the request of a record counted, or was refused.
 *
 * @param holdSeconds how long the hold was to last that it was to place; the record expires so much later
 */
export function recordedPeriod(
  { window, recordSeconds }: RequestWindow,
  record: { readonly expiresAt: number; readonly fingerprint: string },
  holdSeconds = 0,
): WindowPeriod {
  const latest = recordedAt(record.expiresAt - holdSeconds, recordSeconds) + GRACE_SECONDS * 1_000;
  let period = window.at(Math.min(recordedAt(record.expiresAt, recordSeconds), latest));
  for (let serial = Number(record.fingerprint.slice(-SERIAL_DIGITS)); serial > 0; serial--)
    period = window.at(period.startsAt - 1);
  return period;
}

/** The result of a request, with what it says of its window, if it has one. */
export function withWindow<T extends { readonly value: number }>(
  result: T,
  requestWindow: RequestWindow | undefined,
  limits: Limits | undefined,
  period = requestWindow?.period,
): T {
  return period === undefined ? result : inWindow(result, period, limits);
}

/**
 * The attributes of windows in an item that no request can reach any more, because its key would have expired. A hold can reach a
 * window as long as it is remembered: it ends with the window after that in which it was placed at the latest, and may have been
 * issued a retention period earlier.
 *
 * @param now in milliseconds since 1970
 */
export function lapsedWindows(
  item: Item,
  { window }: RequestWindow,
  { now, retentionSeconds }: { readonly now: number; readonly retentionSeconds: number },
): readonly [name: string, value: AttributeValue][] {
  const { startsAt: reached } = window.at((lapsedBefore(now) - retentionSeconds) * 1_000);
  const { startsAt: placed } = window.at(reached - 1);
  const { startsAt } = hasHolds(item)
    ? window.at(placed - (retentionSeconds + GRACE_SECONDS) * 1_000)
    : { startsAt: reached };
  return Object.entries(item).filter(([name]) => (windowStartOf(name) ?? Infinity) < startsAt);
}
