/** Copies a JSON value without the stack traces of errors in it, which depend on where code ran and not on its result. */
export function withoutStackTraces(value: unknown): unknown {
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
