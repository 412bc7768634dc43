import { CounterError } from "./counter-error.ts";
import type { Limits } from "./limits.ts";
import { parser } from "./parser.ts";
import { zodSchema } from "./zod-schema.ts";
import { isObject } from "./is-object.ts";

/**
 * Divides time into windows, such as the months of a time zone. A counter with a window has a value for each, which starts at
 * its initial value. `calendarWindow` of `@durable-counter/core/windows` creates one.
 *
 * Every instant lies in exactly one window, and a window that has ended does not change.
 */
export interface CounterWindow {
  /** Names the definition: 1–200 printable ASCII characters. Counters with different windows are different counters. */
  readonly name: string;
  /**
   * The window that has an instant.
   *
   * @param ms milliseconds since 1970
   */
  readonly at: (ms: number) => WindowPeriod;
}

/** One window: whole seconds, given in milliseconds since 1970. */
export interface WindowPeriod {
  /** The first millisecond. */
  readonly startsAt: number;
  /** The first millisecond after it. */
  readonly endsAt: number;
}

/** What a result says of its window. Missing for a counter without windows. */
export interface WindowResult {
  /** When the window ends in which the request counted, in milliseconds since 1970: the next one starts at the initial value. */
  readonly resetsAt?: number;
  /** How far the value is below the maximum of the request, at least 0. Missing without a maximum. */
  readonly remaining?: number;
}

const NAME = /^[\x20-\x7e]{1,200}$/u;

/** Parser of {@link CounterWindow}. */
export const counterWindowParser = parser<CounterWindow>((input) => {
  if (!isObject(input)) return false;
  const { name, at } = input as Partial<CounterWindow>; // either may be missing
  return typeof name === "string" && NAME.test(name) && typeof at === "function";
}, 'pass calendarWindow(…) of "@durable-counter/core/windows"');

/** zod schema of {@link CounterWindow}. */
export const CounterWindow = /* @__PURE__ */ zodSchema(counterWindowParser);

/**
 * Adds to a result what it says of its window. For authors of stores.
 *
 * @param limits those of the request
 */
export function inWindow<T extends { readonly value: number }>(
  result: T,
  { endsAt }: WindowPeriod,
  limits: Limits = {},
): T & WindowResult {
  if (limits.max === undefined) return { ...result, resetsAt: endsAt };
  const remaining = Math.min(Math.max(limits.max - result.value, 0), Number.MAX_SAFE_INTEGER);
  return { ...result, resetsAt: endsAt, remaining };
}

/**
 * Refuses a window if a store would ignore it, and count everything in one.
 *
 * @throws CounterError `invalid-input`
 */
export function checkWindowSupport(
  window: CounterWindow | undefined,
  store: { readonly supportsWindows?: boolean | undefined },
  what = "options",
): void {
  if (window === undefined || store.supportsWindows === true) return;
  throw new CounterError(
    "invalid-input",
    `${what}.window is ${JSON.stringify(window.name)}; pass a store whose "supportsWindows" is true, or leave "window" out.`,
  );
}
