import { hash } from "node:crypto";
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
 * A batch that was clamped has results that depend on the limits of that day; it is written knowing the value before,
 * and remembered as a text: `before/seconds/fingerprint/min/max`.
 */
export interface TokenStamp {
  readonly before: number;
  /** Unix time in seconds. */
  readonly expiresAt: number;
  readonly fingerprint: string;
  /** The limits that clamped the batch, if they did. */
  readonly clampedTo?: Limits;
}

const EXPIRY_DIGITS = 10;
const FINGERPRINT_DIGITS = 12;
const FRACTION_DIGITS = EXPIRY_DIGITS + FINGERPRINT_DIGITS;
const UNIT = 10n ** BigInt(FRACTION_DIGITS);
const NUMBER = new RegExp(`^(-?)(\\d{1,16})(?:\\.(\\d{1,${FRACTION_DIGITS}}))?$`, "u");

const TEXT = /^(-?\d+)\/(\d+)\/(\d+)\/(-?\d*)\/(-?\d*)$/u;

/** Sets tokens apart from the attributes a counter's item has besides. */
const PREFIX = "t#";

/** 96 bits: among ten thousand tokens of a counter, two agree once in 10^21. */
const NAME_LENGTH = 16;

/** The attribute under which a token is remembered. */
export function tokenAttribute(token: string): string {
  return PREFIX + hash("sha256", token, "base64url").slice(0, NAME_LENGTH);
}

export function isTokenAttribute(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** Tells the commands of a request from others. */
export function fingerprint(commands: readonly Command[]): string {
  const short = commands.map((command) =>
    command.type === "get" ? "=" : `${command.type[0]}${command.amount}`,
  );
  const digest = BigInt(`0x${hash("sha256", short.join(), "hex").slice(0, 16)}`);
  return (digest % 10n ** BigInt(FINGERPRINT_DIGITS)).toString().padStart(FINGERPRINT_DIGITS, "0");
}

/** The fraction that an update adds to the value before, as DynamoDB writes numbers. */
export function stampFraction({ expiresAt, fingerprint }: Omit<TokenStamp, "before">): string {
  return `0.${String(expiresAt).padStart(EXPIRY_DIGITS, "0")}${fingerprint}`;
}

/** The text for a batch that was clamped. */
export function stampText({ before, expiresAt, fingerprint, clampedTo = {} }: TokenStamp): string {
  return [before, expiresAt, fingerprint, clampedTo.min ?? "", clampedTo.max ?? ""].join("/");
}

/** Reads a stamp back; undefined for an attribute that is none. */
export function readStamp(attribute: AttributeValue | undefined): TokenStamp | undefined {
  return readNumber(attribute?.N) ?? readText(attribute?.S);
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
