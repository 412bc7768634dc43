/** The lines of a stack trace: "    at fail (file:///code.ts:1:2)". */
const FRAMES = /(?:\n\s+at [^\n]*(?::\d+:\d+|<anonymous>|\(native)\)?)+/g;

/**
 * Copies a JSON value without the stack traces of errors in it, which depend on where code ran and not on its result: wherever a
 * text holds one, as a logged or returned error does.
 */
export function withoutStackTraces(value: unknown): unknown {
  if (typeof value === "string") return value.replace(FRAMES, "");
  if (Array.isArray(value)) return value.map(withoutStackTraces);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      key === "stack" && isStackTrace(inner) ? [] : [[key, withoutStackTraces(inner)]],
    ),
  );
}

function isStackTrace(value: unknown): boolean {
  return typeof value === "string" && /^\s+at /m.test(value);
}
