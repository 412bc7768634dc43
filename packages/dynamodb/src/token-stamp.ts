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
 * `before/seconds/fingerprint/min/max`; what clamped it shapes its results, and so is remembered too. A refusal is a
 * text as well, `refused/before/seconds/fingerprint/min/max/onLimit/callers/nonce`: by its limits its batch is refused
 * again, with the same words. No two are alike, for an attempt may be on its way that replaces one of them.
 */
export interface TokenStamp {
  readonly before: number;
  /** Unix time in seconds. */
  readonly expiresAt: number;
  readonly fingerprint: string;
  /** The limits that clamped the batch, or refused it, if they did. */
  readonly limits?: Limits | undefined;
  /**
   * Of a batch that was refused, the callers for whom that is final, as {@link callerHash} has them: none, where it only
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

const TEXT = /^(-?\d+)\/(\d+)\/(\d+)\/(-?\d*)\/(-?\d*)$/u;
const REFUSED = /^refused\/(.+)\/(reject|clamp)\/([\w,-]*)\/[^/]+$/u;

/** More executions than one event starts in its token's window, each of which is refused. */
const MAX_CALLERS = 64;

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
export function stampText({ before, expiresAt, fingerprint, limits = {} }: TokenStamp): string {
  return [before, expiresAt, fingerprint, limits.min ?? "", limits.max ?? ""].join("/");
}

/** The text for a batch that was refused. */
export function refusalText(stamp: TokenStamp & { readonly refusedTo: readonly string[] }): string {
  const callers = stamp.refusedTo.slice(-MAX_CALLERS).join(",");
  const nonce = randomUUID().slice(0, 8);
  return ["refused", stampText(stamp), stamp.limits?.onLimit ?? "reject", callers, nonce].join("/");
}

/** A caller in short: 48 bits, which only those of one token have to differ in. */
export function callerHash(caller: string): string {
  return hash("sha256", caller, "base64url").slice(0, 8);
}

/** Reads a stamp back; undefined for an attribute that is none. */
export function readStamp(attribute: AttributeValue | undefined): TokenStamp | undefined {
  return readNumber(attribute?.N) ?? readText(attribute?.S) ?? readRefusal(attribute?.S);
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
    limits: { onLimit: "clamp", ...(min && { min: Number(min) }), ...(max && { max: Number(max) }) },
  };
}

function readRefusal(text: string | undefined): TokenStamp | undefined {
  const [, rest, onLimit, callers = ""] = REFUSED.exec(text ?? "") ?? [];
  const stamp = readText(rest);
  if (stamp === undefined) return undefined;
  const limits = { ...stamp.limits, onLimit: onLimit === "clamp" ? onLimit : "reject" } as const;
  return { ...stamp, limits, refusedTo: callers === "" ? [] : callers.split(",") };
}
