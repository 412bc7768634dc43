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
 * A batch that is written knowing the value before, as one that is clamped, is remembered as a text:
 * `before/seconds/fingerprint/min/max`; what clamped it shapes its results, and so is remembered too.
 */
export interface TokenStamp {
  readonly before: number;
  /** Unix time in seconds. */
  readonly expiresAt: number;
  readonly fingerprint: string;
  /** The limits that clamped the batch, if they did. */
  readonly clampedTo?: Limits | undefined;
}

/**
 * Stands in the place of a token whose request was refused while an attempt of it may still be on its way: it finds
 * the place taken and changes nothing. As a text: `refused/seconds/nonce`.
 */
export interface Tombstone {
  readonly refused: true;
  /** Unix time in seconds. */
  readonly expiresAt: number;
}

const EXPIRY_DIGITS = 10;
const FINGERPRINT_DIGITS = 12;
const FRACTION_DIGITS = EXPIRY_DIGITS + FINGERPRINT_DIGITS;
/** As many as a safe integer holds. */
const SAFE_HEX_DIGITS = 13;
const UNIT = 10n ** BigInt(FRACTION_DIGITS);
const NUMBER = new RegExp(`^(-?)(\\d{1,16})(?:\\.(\\d{1,${FRACTION_DIGITS}}))?$`, "u");

const TOMBSTONE = /^refused\/(\d+)\//u;
const TEXT = /^(-?\d+)\/(\d+)\/(\d+)\/(-?\d*)\/(-?\d*)$/u;

/** Sets tokens apart from the attributes a counter's item has besides. */
const PREFIX = "t#";

/** 96 bits: among ten thousand tokens of a counter, two agree once in 10^21. */
const NAME_LENGTH = 16;

/** The attribute under which a token is remembered. */
export function tokenAttribute(token: string): string {
  return PREFIX + hash("sha256", token, "base64url").slice(0, NAME_LENGTH);
}

/** Which of so many shards a token falls on: always the same, or its retry would land elsewhere and count again. */
export function shardOf(token: string, shards: number): number {
  return Number.parseInt(hash("sha256", token, "hex").slice(-8), 16) % shards;
}

export function isTokenAttribute(name: string): boolean {
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
export function stampFraction({
  expiresAt,
  fingerprint,
}: Pick<TokenStamp, "expiresAt" | "fingerprint">): string {
  return `0.${String(expiresAt).padStart(EXPIRY_DIGITS, "0")}${fingerprint}`;
}

/** The text for a batch that was written knowing the value before: every other way of counting than adding. */
export function stampText({ before, expiresAt, fingerprint, clampedTo = {} }: TokenStamp): string {
  return [before, expiresAt, fingerprint, clampedTo.min ?? "", clampedTo.max ?? ""].join("/");
}

/** The text for a request that was refused for good. */
export function tombstoneText(expiresAt: number): string {
  return `refused/${expiresAt}/${randomUUID()}`;
}

/** Reads a stamp back; undefined for an attribute that is none. */
export function readStamp(attribute: AttributeValue | undefined): TokenStamp | Tombstone | undefined {
  return readNumber(attribute?.N) ?? readText(attribute?.S) ?? readTombstone(attribute?.S);
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

/** Tells what was counted from a tombstone. */
export function isCounted(stamp: TokenStamp | Tombstone | undefined): stamp is TokenStamp {
  return stamp !== undefined && "before" in stamp;
}

function readTombstone(text: string | undefined): Tombstone | undefined {
  const expiresAt = TOMBSTONE.exec(text ?? "")?.[1];
  return expiresAt === undefined ? undefined : { refused: true, expiresAt: Number(expiresAt) };
}

function readNumber(number: string | undefined): TokenStamp | undefined {
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

function readText(text: string | undefined): TokenStamp | undefined {
  const match = TEXT.exec(text ?? "");
  if (match === null) return undefined;
  const [, before, expiresAt, fingerprint = "", min, max] = match;
  return {
    before: Number(before),
    expiresAt: Number(expiresAt),
    fingerprint,
    clampedTo: { onLimit: "clamp", ...(min && { min: Number(min) }), ...(max && { max: Number(max) }) },
  };
}
