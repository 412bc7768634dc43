/**
 * A text that is the same for equal values and different for different values.
 *
 * @param what names the value and the remedy, for the error
 * @throws TypeError for a value whose content is hidden, such as an instance of a class
 */
export function canonical(value: unknown, what: string): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (value === null || value === undefined || typeof value === "boolean") return String(value);
  if (typeof value !== "object") throw new TypeError(`A ${typeof value} is part of ${what}.`);
  const inner = (part: unknown) => canonical(part, what);
  if (Array.isArray(value)) return `[${value.map(inner).join()}]`;
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (value instanceof Set) return `Set{${Array.from(value, inner).toSorted().join()}}`;
  if (value instanceof Map) return `Map{${entries(value.entries(), inner)}}`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null)
    return `{${entries(Object.entries(value), inner)}}`;
  throw new TypeError(`An instance of ${value.constructor.name} is part of ${what}.`);
}

function entries(pairs: Iterable<readonly [unknown, unknown]>, inner: (part: unknown) => string): string {
  return Array.from(pairs, ([key, part]) => `${inner(key)}:${inner(part)}`)
    .toSorted()
    .join();
}
