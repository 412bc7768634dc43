import { randomUUID } from "node:crypto";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Limits } from "@durable-counter/core";

/**
 * The record of one request: a single attribute, written by the very update that applies the request, from which its result
 * can be given again. Most records are a number:
 *
 *     value before . expiry in seconds since 1970 (10 digits)  fingerprint of the commands (12 digits)
 *
 * An update can add two numbers but cannot build a list, and a DynamoDB number holds 38 digits exactly: 16 for a safe
 * integer leave 22 for the fraction. The whole part is read as the floor, because the value before may be negative.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 *
 * A record that is written with the value before known is a text: `v1/before/seconds/fingerprint/min/max/onLimit`, with the
 * limits that clamped the batch. A refusal adds `/callers/nonce`, and has the limits that refused the batch, so that a retry
 * is refused in the same words. The nonce makes every refusal different: an attempt that replaces one may be in flight.
 * Where a write of the caller's own refused the request, `alongside-` and its index stand in the place of `onLimit`.
 *
 * Numbers, and texts that begin with `v1/`, are the first version of the format. A later version must be a text that begins
 * with its own version, and any record that cannot be read is refused: the request it belongs to may have been applied.
 */
export interface IdempotencyRecord {
  readonly before: number;
  /** Unix time in seconds. */
  readonly expiresAt: number;
  readonly fingerprint: string;
  /** The limits that clamped the batch, or refused it, if they did. */
  readonly limits?: Limits | undefined;
  /**
   * The callers for whom a refusal is final, by `callerIdHash`; empty if it only keeps away attempts in flight. Missing if
   * the batch was applied.
   */
  readonly refusedTo?: readonly string[] | undefined;
  /** The index in `alongside` of the write whose condition refused the request, if it was no limit. */
  readonly refusedBy?: number | undefined;
}

const EXPIRY_DIGITS = 10;
const FRACTION_DIGITS = EXPIRY_DIGITS + 12;
const UNIT = 10n ** BigInt(FRACTION_DIGITS);
const NUMBER = new RegExp(`^(-?)(\\d{1,16})(?:\\.(\\d{1,${FRACTION_DIGITS}}))?$`, "u");

const TEXT =
  /^v1\/(-?\d+)\/(\d+)\/(\d+)\/(-?\d*)\/(-?\d*)\/(reject|clamp|alongside-\d+)(?:\/([\w,*-]*)\/\w+)?$/u;

const ALONGSIDE = "alongside-";

/** In the place of callers: the refusal is final for every caller that names itself. */
export const EVERY_CALLER = "*";

/** The fraction that an update adds to the value before, as DynamoDB writes numbers. */
export function recordFraction({
  expiresAt,
  fingerprint,
}: Pick<IdempotencyRecord, "expiresAt" | "fingerprint">): string {
  return `0.${String(expiresAt).padStart(EXPIRY_DIGITS, "0")}${fingerprint}`;
}

/** The record of a write that knows the value before: every write but an addition. */
export function recordText({
  before,
  expiresAt,
  fingerprint,
  limits = {},
  refusedTo,
  refusedBy,
}: IdempotencyRecord): string {
  const { min = "", max = "", onLimit = "reject" } = limits;
  const reason = refusedBy === undefined ? onLimit : `${ALONGSIDE}${refusedBy}`;
  const record = ["v1", before, expiresAt, fingerprint, min, max, reason];
  if (refusedTo) record.push(refusedTo.join(), randomUUID().slice(0, 8));
  return record.join("/");
}

/** Reads a record; undefined for an attribute that is none. */
export function readRecord(attribute: AttributeValue | undefined): IdempotencyRecord | undefined {
  return readNumber(attribute?.N) ?? readText(attribute?.S);
}

/**
 * The value before, from a record that an update has just written: the floor of the number.
 *
 * @throws TypeError if there is no number
 */
export function valueBefore(attribute: AttributeValue | undefined): number {
  const number = attribute?.N;
  if (number === undefined)
    throw new TypeError("DynamoDB did not return the attribute it was asked to write.");
  const point = number.indexOf(".");
  const whole = Number(point === -1 ? number : number.slice(0, point));
  // A fraction of 0 would be an expiry in 1970: there always is one.
  return number.startsWith("-") && point !== -1 ? whole - 1 : whole;
}

function readNumber(number: string | undefined): IdempotencyRecord | undefined {
  const match = NUMBER.exec(number ?? "");
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = ""] = match;
  const written = fraction.padEnd(FRACTION_DIGITS, "0");
  const unscaled = BigInt(written);
  // The fraction was added to the value before, which lies below a negative number.
  const isBelow = sign === "-" && unscaled > 0n;
  const digits = isBelow ? (UNIT - unscaled).toString().padStart(FRACTION_DIGITS, "0") : written;
  return {
    before: Number(`${sign}${whole}`) - (isBelow ? 1 : 0) + 0, // without the sign of -0
    expiresAt: Number(digits.slice(0, EXPIRY_DIGITS)),
    fingerprint: digits.slice(EXPIRY_DIGITS),
  };
}

function readText(text: string | undefined): IdempotencyRecord | undefined {
  const match = TEXT.exec(text ?? "");
  if (match === null) return undefined;
  const [, before, expiresAt, fingerprint = "", min, max, reason = "", callers] = match;
  return {
    before: Number(before),
    expiresAt: Number(expiresAt),
    fingerprint,
    limits: {
      onLimit: reason === "clamp" ? reason : "reject",
      ...(min && { min: Number(min) }),
      ...(max && { max: Number(max) }),
    },
    ...(callers !== undefined && { refusedTo: callers === "" ? [] : callers.split(",") }),
    ...(reason.startsWith(ALONGSIDE) && { refusedBy: Number(reason.slice(ALONGSIDE.length)) }),
  };
}

/** Until when a key is recorded, in seconds since 1970; Infinity for a record that cannot be read. */
export function expiryOf(record: AttributeValue): number {
  return readRecord(record)?.expiresAt ?? Infinity;
}
