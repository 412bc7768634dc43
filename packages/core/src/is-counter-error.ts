import {
  RETRYABLE,
  type CounterError,
  type CounterErrorCode,
  type CounterErrorDetails,
} from "./counter-error.ts";

/**
 * Whether `error` is a {@link CounterError}, with this `code` if one is given: thrown live, revived from a durable
 * step on replay, wrapped by a child context, parsed from JSON, or thrown by another copy of this package.
 *
 * An error that crossed a checkpoint has lost its fields; a `true` answer gives `code`, `retryable` and `details`
 * back to it, so that the type guard tells the truth.
 */
export function isCounterError<C extends CounterErrorCode = CounterErrorCode>(
  error: unknown,
  code?: C,
): error is CounterError & { readonly code: C } {
  const found = find(error);
  if (found === undefined || (code !== undefined && found.code !== code)) return false;
  return (
    giveBack(error, "code", found.code) &&
    giveBack(error, "retryable", RETRYABLE[found.code]) &&
    giveBack(error, "details", found.details)
  );
}

interface Found {
  readonly code: CounterErrorCode;
  readonly details: CounterErrorDetails;
}

const MAX_CAUSES = 10;

/** Ours, the SDK's that carries ours, and what is left where a class is lost. */
const OUR_NAMES: ReadonlySet<unknown> = new Set(["CounterError", "StepError", "Error", undefined]);

/** The fields, or the data that carries them, of the error or of what it wraps; failing that, a sentence with a code. */
function find(error: unknown): Found | undefined {
  const chain = causesOf(error);
  // An error with a code of its own is what it says, whatever it wraps.
  if (chain[0]?.code !== undefined && !isCode(chain[0].code)) return undefined;
  return (
    first(chain, ({ data, ...fields }) => fromFields(fields) ?? fromJson(data)) ?? first(chain, fromMessage)
  );
}

function first<T, R>(list: readonly T[], find: (one: T) => R | undefined): R | undefined {
  for (const one of list) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Fields = ReturnType<typeof fieldsOf>;

/** An error as JavaScript has it, or as the durable service reports a failed execution. */
function fieldsOf(error: object) {
  const fields = error as Record<string, unknown>; // any object may be asked for any field
  return {
    name: fields["name"],
    code: fields["code"],
    details: fields["details"],
    cause: fields["cause"],
    data: fields["errorData"] ?? fields["ErrorData"],
    message: fields["message"] ?? fields["errorMessage"] ?? fields["ErrorMessage"],
  };
}

function causesOf(error: unknown): readonly Fields[] {
  const chain: Fields[] = [];
  for (let link = error; isObject(link) && chain.length < MAX_CAUSES; link = fieldsOf(link).cause) {
    chain.push(fieldsOf(link));
  }
  return chain;
}

function fromFields({ code, details, name }: Pick<Fields, "code" | "details" | "name">): Found | undefined {
  // Other libraries have an "unavailable" too, and a class of their own.
  if (!isCode(code) || !OUR_NAMES.has(name)) return undefined;
  // What our own error wrote, or nothing.
  return { code, details: isObject(details) ? (details as CounterErrorDetails) : {} };
}

/** The durable SDK carries a string of data across every boundary. */
function fromJson(data: unknown): Found | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const parsed: unknown = JSON.parse(data);
    return isObject(parsed) ? fromFields(fieldsOf(parsed)) : undefined;
  } catch {
    return undefined;
  }
}

function fromMessage({ message }: Fields): Found | undefined {
  const code = typeof message === "string" ? /\[([a-z-]+)\]$/.exec(message)?.[1] : undefined;
  return isCode(code) ? { code, details: {} } : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isCode(code: unknown): code is CounterErrorCode {
  return typeof code === "string" && Object.hasOwn(RETRYABLE, code);
}

/** False where the error cannot take the field, as a frozen one: then the guard must not claim it has it. */
function giveBack(error: unknown, key: string, value: unknown): boolean {
  const fields = error as Record<string, unknown>; // it was found in an object
  return (
    fields[key] === value ||
    Reflect.defineProperty(fields, key, { value, configurable: true, writable: true, enumerable: false })
  );
}
