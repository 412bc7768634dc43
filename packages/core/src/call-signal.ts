import * as z from "zod/mini";
import { parseInput, withRemedy } from "./parse.ts";

/** Schema of the signal of a call. Another realm, such as that of a test environment, has an `AbortSignal` of its own. */
export const CallSignal = z.custom<AbortSignal>(
  (value) => typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value,
  withRemedy("pass an AbortSignal, such as AbortSignal.timeout(5_000)"),
);

const Signal = z.optional(CallSignal);

/**
 * Checks the `signal` of a call. For authors of stores.
 *
 * @throws CounterError `invalid-input` for anything but an `AbortSignal` or undefined
 */
export function checkSignal(signal: unknown): void {
  parseInput(Signal, signal, "options.signal");
}
