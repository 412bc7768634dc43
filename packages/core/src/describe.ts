import { isObject } from "./is-object.ts";
const VALUE_LENGTH = 60;
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Formats any value on one line of limited length. Never throws. */
export function describe(value: unknown): string {
  const text = render(value);
  const line = text.length > VALUE_LENGTH ? `${text.slice(0, VALUE_LENGTH)}…` : text;
  return line.replace(UNPRINTABLE, (character) => `\\u{${Number(character.codePointAt(0)).toString(16)}}`);
}

function render(value: unknown): string {
  if (Array.isArray(value) && value.length > VALUE_LENGTH) return `an array of ${value.length}`;
  if (typeof value === "string") return JSON.stringify(value.slice(0, VALUE_LENGTH + 1));
  if (isObject(value)) {
    try {
      const json: string | undefined = JSON.stringify(value);
      if (json !== undefined) return json;
    } catch {
      // A circular object, for example, has no JSON either.
    }
    return Object.prototype.toString.call(value);
  }
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  return Object.is(value, -0) ? "-0" : String(value);
}
