import { StepError } from "@aws/durable-execution-sdk-js";
import { CounterError, isCounterError, isObject, type CounterErrorCode } from "@durable-counter/core";

/** Begins the name of a serialized error, before its JSON. */
const NAME_PREFIX = "CounterError ";
const MAX_CAUSES = 10;

/**
 * Gives a counter error the form in which all its fields survive a checkpoint; returns other errors unchanged. The SDK keeps
 * the name and the message of any error. Of its own errors it also keeps a string of data, through child contexts, `map`,
 * `parallel`, `invoke` and the result of the execution. Another copy of the SDK, such as the CommonJS copy in a function that
 * imports this package, does not recognise this copy's class. Therefore the name has the data, too.
 */
export function serializeCounterError(error: unknown): unknown {
  if (!isCounterError(error)) return error;
  const data = jsonOf(error);
  return Object.assign(new StepError(error.message, error, data), { name: NAME_PREFIX + data });
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
    const found = parse(errorData ?? ErrorData) ?? parse(afterPrefix(name)) ?? parse(afterPrefix(type));
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

function afterPrefix(name: unknown): string | undefined {
  return typeof name === "string" && name.startsWith(NAME_PREFIX)
    ? name.slice(NAME_PREFIX.length)
    : undefined;
}

function parse(json: unknown): CounterError | undefined {
  try {
    const error: unknown = JSON.parse(String(json));
    return isCounterError(error) ? error : undefined;
  } catch {
    return undefined;
  }
}

function jsonOf({ code, message, retryable, details }: CounterError): string {
  return JSON.stringify({ name: "CounterError", code, message, retryable, details });
}
