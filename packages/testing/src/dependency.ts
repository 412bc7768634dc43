import { formatValue } from "./format-value.ts";

/** A function or a method of a dependency. */
export type Callable = (...args: unknown[]) => unknown;

/** @throws TypeError for what cannot be wrapped: callers who do not use types may pass anything */
export function checkDependency(given: unknown): void {
  if (isCallable(given) || (typeof given === "object" && given !== null)) return;
  throw new TypeError(`The dependency is ${formatValue(given)}; wrap an object with methods, or a function.`);
}

export function isCallable(value: unknown): value is Callable {
  return typeof value === "function";
}
