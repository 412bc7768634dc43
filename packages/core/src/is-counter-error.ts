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
  const fields = error as Record<string, unknown>;
  return (
    giveBack(fields, "code", found.code) &&
    giveBack(fields, "retryable", RETRYABLE[found.code]) &&
    giveBack(fields, "details", found.details)
  );
}

interface Found {
  readonly code: CounterErrorCode;
  readonly details: CounterErrorDetails;
}

const MAX_CAUSES = 10;

/** The fields, or the data that carries them, of the error or of what it wraps; failing that, a sentence with a code. */
function find(error: unknown): Found | undefined {
  const chain = causesOf(error);
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

function fromFields({ code, details }: Pick<Fields, "code" | "details">): Found | undefined {
  if (!isCode(code)) return undefined;
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
function giveBack(error: Record<string, unknown>, key: string, value: unknown): boolean {
  return (
    error[key] !== undefined ||
    Reflect.defineProperty(error, key, { value, enumerable: true, configurable: true })
  );
}
