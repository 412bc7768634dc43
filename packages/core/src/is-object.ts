/** Whether a value has properties: an object, also an array, and not null. For authors of packages beside this one. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
