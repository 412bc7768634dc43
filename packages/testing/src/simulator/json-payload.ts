import { formatValue } from "../format-value.ts";

/**
 * Converts a payload to JSON. An object with a `toJSON` method, such as a Date, is accepted as it is.
 *
 * @throws TypeError naming path, value and remedy for a value that JSON would lose
 */
export function jsonPayload(value: unknown, path: string): string | undefined {
  check(value, path, new Set());
  return JSON.stringify(value);
}

function check(value: unknown, path: string, ancestors: Set<object>): void {
  switch (typeof value) {
    case "bigint":
      throw lost(path, value, "pass a string or a safe integer");
    case "function":
    case "symbol":
      throw lost(path, value, "leave it out, or pass plain data");
    case "number":
      if (!Number.isFinite(value)) throw lost(path, value, "pass a finite number, a string or null");
      return;
    case "object":
      if (value !== null) checkObject(value, path, ancestors);
      return;
    default:
      return;
  }
}

function checkObject(value: object, path: string, ancestors: Set<object>): void {
  if ("toJSON" in value) return;
  if (ancestors.has(value)) throw lost(path, value, "pass data that does not contain itself");
  if (value instanceof Map || value instanceof Set) {
    throw lost(path, value, `pass ${value instanceof Map ? "an object or an array of entries" : "an array"}`);
  }
  ancestors.add(value);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (item === undefined) throw lost(`${path}[${index}]`, item, "pass null");
      check(item, `${path}[${index}]`, ancestors);
    }
  } else {
    for (const [key, item] of Object.entries(value)) check(item, `${path}.${key}`, ancestors);
  }
  ancestors.delete(value);
}

function lost(path: string, value: unknown, remedy: string): TypeError {
  return new TypeError(`${path} is ${formatValue(value)}, which JSON cannot carry; ${remedy}.`);
}
