import { described } from "../format-value.ts";

/** Where two values of JSON first differ, as a sentence would name it; undefined where they do not. */
export function firstDifference(
  recorded: unknown,
  today: unknown,
  path: string,
): { readonly path: string; readonly recorded: string; readonly today: string } | undefined {
  if (isObject(recorded) && isObject(today) && Array.isArray(recorded) === Array.isArray(today)) {
    for (const key of new Set([...Object.keys(recorded), ...Object.keys(today)])) {
      const inner = Array.isArray(recorded) ? `${path}[${key}]` : `${path}.${key}`;
      const difference = firstDifference(recorded[key], today[key], inner);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  return Object.is(recorded, today)
    ? undefined
    : { path, recorded: described(recorded), today: described(today) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
