import { parseInput } from "./parse-input.ts";
import { parser } from "./parser.ts";
import { isObject } from "./is-object.ts";

/** Parser of the signal of a call. Another realm, such as that of a test environment, has an `AbortSignal` of its own. */
export const callSignalParser = parser<AbortSignal>(
  (value) => isObject(value) && "aborted" in value && "addEventListener" in value,
  "pass an AbortSignal, such as AbortSignal.timeout(5_000)",
);

/**
 * Checks the `signal` of a call. For authors of stores.
 *
 * @throws CounterError `invalid-input` for anything but an `AbortSignal` or undefined
 */
export function checkSignal(signal: unknown): void {
  if (signal !== undefined) parseInput(callSignalParser, signal, "options.signal");
}
