import { hash, randomUUID } from "node:crypto";
import type { ApplyAllEntry, Command } from "@durable-counter/core";
import { KEY_PREFIX } from "./item-schema.ts";

/** 96 bits: among ten thousand keys of a counter, two agree once in 10^21. */
const NAME_LENGTH = 16;

const FINGERPRINT_DIGITS = 12;
/** As many as a safe integer holds. */
const SAFE_HEX_DIGITS = 13;

/** The name under which an idempotency key is recorded: of an attribute in the counter's item, or the sort key of an item. */
export function keyAttribute(idempotencyKey: string): string {
  return KEY_PREFIX + hash("sha256", idempotencyKey, "base64url").slice(0, NAME_LENGTH);
}

export function isKeyAttribute(name: string): boolean {
  return name.startsWith(KEY_PREFIX);
}

/** How long the AWS SDK and a caller may retry a request that brought no key, in seconds. */
export const GENERATED_KEY_SECONDS = 120;

const GENERATED = /^auto-([0-9a-z]{1,9})-[0-9a-f-]{36}$/u;

/**
 * A key for a request that brought none. The key itself says when it was generated, so that every retry with it, by
 * any process, has the deadline of the first request.
 *
 * @param now in milliseconds since 1970
 */
export function generateKey(now: number): string {
  return `auto-${now.toString(36)}-${randomUUID()}`;
}

/** When {@link generateKey} generated a key, in milliseconds since 1970; undefined for any other key. */
export function generatedAt(idempotencyKey: string): number | undefined {
  if (!idempotencyKey.startsWith("auto-")) return undefined;
  const [, time] = GENERATED.exec(idempotencyKey) ?? [];
  return time === undefined ? undefined : Number.parseInt(time, 36);
}

/** Tells the entries of a request for several counters from others, in any order: 12 digits. */
export function fingerprintOfAll(
  entries: readonly Pick<ApplyAllEntry, "id" | "commands" | "window">[],
): string {
  const each = entries.map(({ id, commands, window }) =>
    JSON.stringify([id, fingerprint(commands), ...(window === undefined ? [] : [window.name])]),
  );
  return digitsOf(`all:${each.toSorted().join()}`);
}

/**
 * Tells the commands of a request from others: 12 digits.
 *
 * @param holdFor in seconds, for a request that places a hold
 */
export function fingerprint(commands: readonly Command[], holdFor?: number): string {
  const short = commands.map((command) => {
    if (command.type === "get") return "=";
    return `${command.type[0]}${command.type === "set" ? command.value : command.amount}`;
  });
  if (holdFor !== undefined) short.push(`h${holdFor}`);
  return digitsOf(short.join());
}

/** Most requests of a function have the same commands as the one before. */
let last = { text: "", digits: "" };

function digitsOf(text: string): string {
  if (text !== last.text) {
    const digest = Number.parseInt(hash("sha256", text, "hex").slice(0, SAFE_HEX_DIGITS), 16);
    const digits = String(digest % 10 ** FINGERPRINT_DIGITS).padStart(FINGERPRINT_DIGITS, "0");
    last = { text, digits };
  }
  return last.digits;
}

/** A caller's id in short: 48 bits, which only the callers of one idempotency key have to differ in. */
export function callerIdHash(callerId: string): string {
  return hash("sha256", callerId, "base64url").slice(0, 8);
}
