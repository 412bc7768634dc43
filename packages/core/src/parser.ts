import { describe } from "./describe.ts";
import { isObject } from "./is-object.ts";

/**
 * Checks unknown input and returns it as it is to be used, such as a number for a text of digits. What is wrong goes into
 * `issues`; what is returned is of no use then. A zod schema does the same, but would make the bundle of a function 9 kB larger.
 */
export type Parser<T> = (input: unknown, issues: InputIssue[]) => T;

/** What is wrong with an input, and where. */
export interface InputIssue {
  /** From the input to the part that is wrong. */
  readonly path: readonly PropertyKey[];
  /** What the part is, and what to pass instead: `is "1"; pass a whole number`. */
  readonly message: string;
}

/** A rule for an input as a whole, for which each part has been found right: what is wrong if it is broken. */
export type Rule<T> = (input: T) => InputIssue | undefined;

/**
 * Creates a parser from a condition.
 *
 * @param remedy an imperative, such as `pass a whole number`
 * @param convert makes of a valid input what it stands for
 * @example
 * ```ts
 * const portParser = parser<number>((port) => Number.isInteger(port) && Number(port) > 0, "pass a whole number from 1");
 * ```
 */
export function parser<T>(
  isValid: (input: unknown) => boolean,
  remedy: string,
  convert?: (valid: T) => T,
): Parser<T> {
  return (input, issues) => {
    const valid = input as T; // or an issue says that it is none
    if (!isValid(input)) issues.push(inputIssue(input, remedy));
    else if (convert !== undefined) return convert(valid);
    return valid;
  };
}

/**
 * Creates a rule for an object as a whole.
 *
 * @param remedy an imperative, such as `let min be at most max`
 * @param path to what the message shows
 */
export function rule<T>(
  isKept: (input: T) => boolean,
  remedy: string,
  path: readonly string[] = [],
): Rule<T> {
  return (input) => {
    if (isKept(input)) return undefined;
    const shown = path.reduce<unknown>((within, key) => Reflect.get(Object(within), key), input);
    return inputIssue(shown, remedy, path);
  };
}

/** Whether a parser accepts an input. */
export function isValid(parse: Parser<unknown>, input: unknown): boolean {
  const issues: InputIssue[] = [];
  parse(input, issues);
  return issues.length === 0;
}

/** What a message says of an input that is not valid. */
export function inputIssue(input: unknown, remedy: string, path: readonly PropertyKey[] = []): InputIssue {
  return { path, message: `is ${describe(input)}; ${remedy}` };
}

/** The parsers of the keys that an object must have. */
type RequiredParsers<T> = {
  readonly [K in keyof T as undefined extends T[K] ? never : K]: Parser<T[K]>;
};

/** The parsers of the keys that it may have. */
type OptionalParsers<T> = {
  readonly [K in keyof T as undefined extends T[K] ? K : never]-?: Parser<Exclude<T[K], undefined>>;
};

/**
 * Creates the parser of an object that has only these keys. For authors of packages beside this one.
 *
 * @param required the parsers of the keys that the object must have
 * @param optional the parsers of the keys that may be missing or undefined
 * @param rules are checked if every key is right
 * @param remedy what errors say to pass instead; by default an object with these keys
 * @example
 * ```ts
 * const optionsParser = strictObject<{ id: string; limits?: Limits | undefined }>(
 *   { id: counterIdParser },
 *   { limits: limitsParser },
 * );
 * const { id, limits } = parseInput(optionsParser, input, "options");
 * ```
 */
export function strictObject<T extends object>(
  required: RequiredParsers<T>,
  optional: OptionalParsers<T>,
  rules: readonly Rule<T>[] = [],
  remedy = remedyFor(Object.keys(required), Object.keys(optional)),
): Parser<T> {
  const parsers = Object.entries<Parser<unknown>>({ ...required, ...optional });
  const keys = parsers.map(([key, parse]) => ({ key, parse, isOptional: Object.hasOwn(optional, key) }));
  const known = new Set(keys.map(({ key }) => key));
  return (input, issues) => {
    const parsed: Record<string, unknown> = {};
    const result = parsed as T; // or an issue says that it is none
    if (!isObject(input) || Array.isArray(input)) {
      issues.push(inputIssue(input, remedy));
      return result;
    }
    const { length } = issues;
    for (const { key, parse, isOptional } of keys) {
      const value = input[key];
      if (value !== undefined || !isOptional) parsed[key] = parsePart(parse, value, key, issues);
    }
    const areKeysRight = issues.length === length;
    const unknown: string[] = [];
    for (const key in input) if (!known.has(key)) unknown.push(key); // inherited keys, too
    if (unknown.length > 0) issues.push(unknownKeys(unknown, remedy));
    for (const broken of areKeysRight ? rules : []) {
      const issue = broken(result);
      if (issue !== undefined) issues.push(issue);
    }
    return result;
  };
}

/**
 * Creates the parser of an array. The length is checked first, so that an array of millions is refused at once.
 *
 * @param remedy says what to pass instead of another length, or of something else than an array
 */
export function arrayParser<T>(
  item: Parser<T>,
  [least, most]: readonly [number, number],
  remedy: string,
): Parser<readonly T[]> {
  return (input, issues) => {
    const parsed: T[] = [];
    if (!Array.isArray(input) || input.length < least || input.length > most)
      issues.push(inputIssue(input, remedy));
    // Not forEach, which passes over the holes of an array.
    else for (let at = 0; at < input.length; at++) parsed.push(parsePart(item, input[at], at, issues));
    return parsed;
  };
}

/** Parses a part of an input: its issues get the path to it. */
function parsePart<T>(parse: Parser<T>, part: unknown, key: PropertyKey, issues: InputIssue[]): T {
  const { length } = issues;
  const parsed = parse(part, issues);
  if (issues.length > length)
    for (const { path, message } of issues.splice(length)) issues.push({ path: [key, ...path], message });
  return parsed;
}

const KEYS_SHOWN = 3;

/** What a message says of keys that an object may not have. */
export function unknownKeys(keys: readonly string[], remedy: string): InputIssue {
  const shown = keys.slice(0, KEYS_SHOWN).map(describe).join(", ");
  return { path: [], message: `has the unknown key ${shown}; ${remedy}` };
}

function remedyFor(required: readonly string[], optional: readonly string[]): string {
  if (required.length === 0) return `pass only ${listed(optional)}`;
  if (optional.length === 0) return `pass only ${listed(required)}`;
  return `pass an object with ${required.map(quoted).join(", ")} and optionally ${listed(optional)}`;
}

/** Names of keys in a sentence: `"min", "max" and "onLimit"`. */
function listed(keys: readonly string[]): string {
  const all = keys.map(quoted);
  return [...all.splice(0, all.length - 2), all.join(" and ")].join(", ");
}

function quoted(key: string): string {
  return `"${key}"`;
}
