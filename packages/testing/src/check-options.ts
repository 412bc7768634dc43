import { formatValue } from "./format-value.ts";

/** Per option: whether a value is valid, and what to pass instead of an invalid one. */
export type OptionRules<Options> = Readonly<
  Record<keyof Options, readonly [isValid: (value: unknown) => unknown, remedy: string]>
>;

/**
 * Checks the options of a caller, who may not use types. An option that is `undefined` counts as left out.
 *
 * @param example a valid options object, for the message
 * @throws TypeError naming the option, its value and the remedy
 */
export function checkOptions<Options extends object>(
  options: unknown,
  rules: OptionRules<Options>,
  example: string,
): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`options is ${formatValue(options)}; pass an object such as ${example}.`);
  }
  for (const [key, value] of Object.entries(options)) {
    if (!Object.hasOwn(rules, key)) {
      throw new TypeError(
        `options has the unknown key ${formatValue(key)}; known are ${Object.keys(rules).join(", ")}.`,
      );
    }
    const [isValid, remedy] = rules[key as keyof Options]; // hasOwn has just found it
    if (value !== undefined && isValid(value) === false) {
      throw new TypeError(`options.${key} is ${formatValue(value)}; ${remedy}.`);
    }
  }
}

/** Accepts whole numbers from `minimum` to `maximum`. */
export function isWithin(minimum: number, maximum = Number.MAX_SAFE_INTEGER): (value: unknown) => boolean {
  return (value) => Number.isSafeInteger(value) && Number(value) >= minimum && Number(value) <= maximum;
}

/** Accepts strings that match `pattern`. */
export function matches(pattern: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === "string" && pattern.test(value);
}

/** Accepts these strings. */
export function isOneOf(...texts: readonly unknown[]): (value: unknown) => boolean {
  return (value) => texts.includes(value);
}

/** Accepts functions. */
export function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

/** Accepts objects of which each property is a function. */
export function isRecordOfFunctions(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every(isFunction);
}
