import type * as z from "zod/mini";
import { CounterError } from "./counter-error.ts";
import type { InputIssue, Parser } from "./parser.ts";

const ISSUES_SHOWN = 3;

/**
 * Parses unknown input where it enters the program.
 *
 * @param schema a zod schema, or a parser
 * @param what begins the path in errors, such as `event`
 * @throws CounterError `invalid-input`; the message names path, value and remedy of each fault
 * @example
 * ```ts
 * const { counterId, commands } = parseInput(CounterRequest, event, "event");
 * ```
 */
export function parseInput<T>(schema: z.ZodMiniType<T> | Parser<T>, input: unknown, what: string): T {
  if (typeof schema === "function") {
    const issues: InputIssue[] = [];
    const parsed = schema(input, issues);
    if (issues.length === 0) return parsed;
    throw invalidInput(issues, what);
  }
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalidInput(result.error.issues, what);
}

function invalidInput(issues: readonly InputIssue[], what: string): CounterError {
  const shown = issues.slice(0, ISSUES_SHOWN).map(({ path, message }) => `${pathOf(what, path)} ${message}.`);
  const rest = issues.length - shown.length;
  return new CounterError("invalid-input", shown.join(" ") + (rest > 0 ? ` And ${rest} more.` : ""));
}

function pathOf(what: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}.${String(key)}`),
    what,
  );
}
