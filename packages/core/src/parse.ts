import type * as z from "zod/mini";
import { CounterError } from "./counter-error.ts";

const ISSUES_SHOWN = 3;
const VALUE_LENGTH = 60;
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * Parses unknown input where it enters the program.
 *
 * @param what begins the path in errors, such as `event`
 * @throws CounterError `invalid-input`; the message names path, value and remedy of each fault
 * @example
 * ```ts
 * const { counterId, commands } = parseInput(CounterRequest, event, "event");
 * ```
 */
export function parseInput<T>(schema: z.ZodMiniType<T>, input: unknown, what: string): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const { issues } = result.error;
  const shown = issues.slice(0, ISSUES_SHOWN).map((issue) => `${pathOf(what, issue.path)} ${issue.message}.`);
  const rest = issues.length - shown.length;
  throw new CounterError("invalid-input", shown.join(" ") + (rest > 0 ? ` And ${rest} more.` : ""));
}

/**
 * Gives a zod schema the error message that {@link parseInput} expects: what the value is, and what to pass instead.
 *
 * @param remedy an imperative, such as `pass a whole number`
 */
export function withRemedy(remedy: string): { error: (issue: Issue) => string } {
  return {
    error: ({ code, input, keys = [] }) => {
      if (code === "unrecognized_keys") {
        return `has the unknown key ${keys.slice(0, ISSUES_SHOWN).map(describe).join(", ")}; ${remedy}`;
      }
      return `is ${describe(input)}; ${remedy}`;
    },
  };
}

/** The fields of a zod issue that the message needs. */
export interface Issue {
  readonly code?: string | undefined;
  readonly input?: unknown;
  readonly keys?: readonly string[] | undefined;
}

/** Formats any value on one line of limited length. Never throws. */
function describe(value: unknown): string {
  const text = render(value);
  const line = text.length > VALUE_LENGTH ? `${text.slice(0, VALUE_LENGTH)}…` : text;
  return line.replace(UNPRINTABLE, (character) => `\\u{${Number(character.codePointAt(0)).toString(16)}}`);
}

function render(value: unknown): string {
  if (Array.isArray(value) && value.length > VALUE_LENGTH) return `an array of ${value.length}`;
  if (typeof value === "string") return JSON.stringify(value.slice(0, VALUE_LENGTH + 1));
  if (typeof value === "object" && value !== null) {
    try {
      return JSON.stringify(value) ?? Object.prototype.toString.call(value);
    } catch {
      return Object.prototype.toString.call(value);
    }
  }
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  return Object.is(value, -0) ? "-0" : String(value);
}

function pathOf(what: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}.${String(key)}`),
    what,
  );
}
