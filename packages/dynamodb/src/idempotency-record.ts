import { hash, randomUUID } from "node:crypto";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Command, Limits } from "@durable-counter/core";

/**
 * What a counter's item remembers of one request: a single attribute, written by the very update that counts, and
 * enough to give the first answer again. A number for most:
 *
 *     value before . seconds at which it may be forgotten (10 digits)  fingerprint of the commands (12 digits)
 *
 * An update can add two numbers but cannot build a list, and a DynamoDB number holds 38 digits exactly: 16 for a safe
 * integer leave 22 for the fraction. The whole part must be read as the floor, for a value before may be negative.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 *
 * What is written knowing the value before is a text: `before/seconds/fingerprint/min/max/onLimit`, with the limits that
 * clamped the batch. A refusal has more, `/callers/nonce`, and the limits that refused it: by them it is refused again, in
 * the same words. No two of them are alike, for an attempt may be on its way that replaces one.
 */
export interface IdempotencyRecord {
  readonly before: number;
  /** Unix time in seconds. */
  readonly expiresAt: number;
  readonly fingerprint: string;
  /** The limits that clamped the batch, or refused it, if they did. */
  readonly limits?: Limits | undefined;
  /**
   * Of a batch that was refused, the callers for whom that is final, as {@link callerIdHash} has them: none, where it only
   * keeps off what may still arrive. Missing where the batch counted.
   */
  readonly refusedTo?: readonly string[] | undefined;
}

const EXPIRY_DIGITS = 10;
const FINGERPRINT_DIGITS = 12;
const FRACTION_DIGITS = EXPIRY_DIGITS + FINGERPRINT_DIGITS;
/** As many as a safe integer holds. */
const SAFE_HEX_DIGITS = 13;
const UNIT = 10n ** BigInt(FRACTION_DIGITS);
const NUMBER = new RegExp(`^(-?)(\\d{1,16})(?:\\.(\\d{1,${FRACTION_DIGITS}}))?$`, "u");

const TEXT = /^(-?\d+)\/(\d+)\/(\d+)\/(-?\d*)\/(-?\d*)\/(reject|clamp)(?:\/([\w,-]*)\/\w+)?$/u;

/** More executions than one event starts in its key's window, each of which is refused. */
const MAX_CALLERS = 64;

/** Sets keys apart from the attributes a counter's item has besides. */
const PREFIX = "t#";

/** 96 bits: among ten thousand keys of a counter, two agree once in 10^21. */
const NAME_LENGTH = 16;

/** The attribute under which an idempotency key is remembered. */
export function keyAttribute(idempotencyKey: string): string {
  return PREFIX + hash("sha256", idempotencyKey, "base64url").slice(0, NAME_LENGTH);
}

/** Which of so many shards an idempotency key falls on: always the same, or its retry would land elsewhere and count again. */
export function shardOf(idempotencyKey: string, shards: number): number {
  return Number.parseInt(hash("sha256", idempotencyKey, "hex").slice(-8), 16) % shards;
}

export function isKeyAttribute(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** Tells the commands of a request from others. */
export function fingerprint(commands: readonly Command[]): string {
  const short = commands.map((command) =>
    command.type === "get" ? "=" : `${command.type[0]}${command.amount}`,
  );
  const digest = Number.parseInt(hash("sha256", short.join(), "hex").slice(0, SAFE_HEX_DIGITS), 16);
  return String(digest % 10 ** FINGERPRINT_DIGITS).padStart(FINGERPRINT_DIGITS, "0");
}

/** The fraction that an update adds to the value before, as DynamoDB writes numbers. */
export function recordFraction({
  expiresAt,
  fingerprint,
}: Pick<IdempotencyRecord, "expiresAt" | "fingerprint">): string {
  return `0.${String(expiresAt).padStart(EXPIRY_DIGITS, "0")}${fingerprint}`;
}

/** The text for what was written knowing the value before: every other way than adding. */
export function recordText({
  before,
  expiresAt,
  fingerprint,
  limits = {},
  refusedTo,
}: IdempotencyRecord): string {
  const { min = "", max = "", onLimit = "reject" } = limits;
  const stamp = [before, expiresAt, fingerprint, min, max, onLimit];
  if (refusedTo) stamp.push(refusedTo.slice(-MAX_CALLERS).join(), randomUUID().slice(0, 8));
  return stamp.join("/");
}

/** A caller in short: 48 bits, which only those of one idempotency key have to differ in. */
export function callerIdHash(callerId: string): string {
  return hash("sha256", callerId, "base64url").slice(0, 8);
}

/** Reads a stamp back; undefined for an attribute that is none. */
export function readRecord(attribute: AttributeValue | undefined): IdempotencyRecord | undefined {
  return readNumber(attribute?.N) ?? readText(attribute?.S);
}

/**
 * The value before, of a stamp that an update has just made: the floor of the number.
 *
 * @throws TypeError where there is no number
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
  const [, sign, whole = "", fraction = ""] = match;
  const magnitude = BigInt(whole + fraction.padEnd(FRACTION_DIGITS, "0"));
  const scaled = sign === "-" ? -magnitude : magnitude;
  const rest = ((scaled % UNIT) + UNIT) % UNIT;
  const digits = rest.toString().padStart(FRACTION_DIGITS, "0");
  return {
    before: Number((scaled - rest) / UNIT),
    expiresAt: Number(digits.slice(0, EXPIRY_DIGITS)),
    fingerprint: digits.slice(EXPIRY_DIGITS),
  };
}

function readText(text: string | undefined): IdempotencyRecord | undefined {
  const match = TEXT.exec(text ?? "");
  if (match === null) return undefined;
  const [, before, expiresAt, fingerprint = "", min, max, onLimit, callers] = match;
  return {
    before: Number(before),
    expiresAt: Number(expiresAt),
    fingerprint,
    limits: {
      onLimit: onLimit === "clamp" ? onLimit : "reject",
      ...(min && { min: Number(min) }),
      ...(max && { max: Number(max) }),
    },
    ...(callers !== undefined && { refusedTo: callers === "" ? [] : callers.split(",") }),
  };
}
