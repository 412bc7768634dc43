import { StepError } from "@aws/durable-execution-sdk-js";
import { CounterError, isCounterError, isObject, type CounterErrorCode } from "@durable-counter/core";

/** Begins the name of a serialized error, before its JSON. */
const NAME_PREFIX = "CounterError ";
const MAX_CAUSES = 10;

/** The service refuses a checkpoint with an error of 32 KB, and the execution fails. The rest is room for other fields. */
const MAX_ERROR_BYTES = 30_000;

/** Of a detail that is kept in an error too large. The errors of stores have a handful of others. */
const MAX_LENGTH = 1_000;

/**
 * Gives a counter error the form in which all its fields survive a checkpoint; returns other errors unchanged. The SDK keeps
 * the name and the message of any error. Of its own errors it also keeps a string of data, through child contexts, `map`,
 * `parallel`, `invoke` and the result of the execution. Another copy of the SDK, such as the CommonJS copy in a function that
 * imports this package, does not recognise this copy's class. Therefore the name has the data, too.
 */
export function serializeCounterError(error: unknown): unknown {
  if (!isCounterError(error)) return error;
  const data = dataOf(error);
  return Object.assign(new StepError(error.message, error, data), { name: NAME_PREFIX + data });
}

/** The JSON of an error; if a checkpoint cannot hold it, without its long details, which `omitted` names. */
function dataOf(error: CounterError): string {
  const { code, message, retryable, details } = error;
  const data = jsonOf(error);
  // Within the JSON of the error that the SDK makes of it, it is a text.
  if (Buffer.byteLength(JSON.stringify([message, data])) <= MAX_ERROR_BYTES) return data;
  const omitted = Object.keys(details).filter((key) => JSON.stringify(details[key])?.length > MAX_LENGTH);
  const missing = Object.fromEntries(omitted.map((key) => [key, undefined]));
  return jsonOf({ code, message, retryable, details: { ...details, ...missing, omitted } });
}

/**
 * Restores a counter error that crossed a boundary of a durable execution: one that was thrown out of a child context, `map`,
 * `parallel`, `invoke` or a step of your own, or that a failed execution reports. Such an error has lost its `code`, `retryable`
 * and `details`, so that `isCounterError` is false for it. Errors of the counter's own methods are restored already.
 *
 * @returns the counter error: where `error` is an `Error`, the same object with its fields added, so that it can be thrown
 *   through further boundaries. Anything else is returned unchanged.
 * @example
 * ```ts
 * const error = await context.runInChildContext("pay", pay).catch(restoreCounterError);
 * if (isCounterError(error, "limit-exceeded")) return { soldOut: true };
 * ```
 */
export function restoreCounterError(error: unknown): unknown {
  if (isCounterError(error)) return error;
  const found = findCounterError(error);
  if (found === undefined) return error;
  const { code, message, retryable, details } = found;
  if (!(error instanceof Error) || !Object.isExtensible(error)) {
    return new CounterError(code, message, { cause: error, details });
  }
  return Object.assign(error, { name: "CounterError", code, retryable, details, errorData: jsonOf(found) });
}

/** Reads an error as the SDK throws it, as the durable service or AWS's local runner reports it, or as `simulate` does. */
function findCounterError(error: unknown): CounterError | undefined {
  let byMessage: CounterError | undefined;
  let link = error;
  for (let depth = 0; isObject(link) && depth < MAX_CAUSES; depth++) {
    const { errorType, ErrorType, type = errorType ?? ErrorType, name, errorData, ErrorData } = link;
    // An error of the program itself is not a counter error, even if it wraps one.
    if (depth === 0 && typeof type !== "string") return undefined;
    if (isCounterError(link)) return link;
    const found = parse(errorData ?? ErrorData) ?? parse(name) ?? parse(type);
    if (found !== undefined) return found;
    // Code that does not serialize a counter error leaves its name and its message.
    const { errorMessage, ErrorMessage, message = errorMessage ?? ErrorMessage, cause } = link;
    if (name === "CounterError" || type === "CounterError") byMessage ??= fromMessage(message);
    link = cause;
  }
  return byMessage;
}

function fromMessage(message: unknown): CounterError | undefined {
  const code = /\[([a-z-]+)\]$/u.exec(String(message))?.[1];
  const error = new CounterError(code as CounterErrorCode, String(message)); // an unknown code is refused below
  return isCounterError(error) ? error : undefined;
}

/** The counter error in a text of data, or in a name that has it. */
function parse(text: unknown): CounterError | undefined {
  try {
    const error: unknown = JSON.parse(String(text).replace(NAME_PREFIX, ""));
    return isCounterError(error) ? error : undefined;
  } catch {
    return undefined;
  }
}

function jsonOf({
  code,
  message,
  retryable,
  details,
}: Pick<CounterError, "code" | "message" | "retryable" | "details">): string {
  return JSON.stringify({ name: "CounterError", code, message, retryable, details });
}
