import { StepError } from "@aws/durable-execution-sdk-js";
import { CounterError, isCounterError, type CounterErrorCode } from "@durable-counter/core";

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

function findCounterError(error: unknown): CounterError | undefined {
  const links = linksOf(error);
  // An error of the program itself is not a counter error, even if it wraps one.
  if (typeof links[0]?.type !== "string") return undefined;
  return firstOf(links, fromData) ?? firstOf(links, fromMessage);
}

type Link = ReturnType<typeof linkOf>;

/** Reads an error as the SDK throws it, as the durable service or AWS's local runner reports it, or as `simulate` does. */
function linkOf(error: object) {
  const fields = error as Record<string, unknown>; // any object may be asked for any field
  return {
    error,
    type: fields["errorType"] ?? fields["ErrorType"] ?? fields["type"],
    name: fields["name"],
    data: fields["errorData"] ?? fields["ErrorData"],
    message: fields["message"] ?? fields["errorMessage"] ?? fields["ErrorMessage"],
    cause: fields["cause"],
  };
}

function linksOf(error: unknown): readonly Link[] {
  const links: Link[] = [];
  for (let next = error; typeof next === "object" && next !== null && links.length < MAX_CAUSES;) {
    const link = linkOf(next);
    links.push(link);
    next = link.cause;
  }
  return links;
}

function firstOf(links: readonly Link[], read: (link: Link) => CounterError | undefined) {
  for (const link of links) {
    const found = read(link);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fromData({ error, data, name, type }: Link): CounterError | undefined {
  if (isCounterError(error)) return error;
  return parse(data) ?? parse(afterPrefix(name)) ?? parse(afterPrefix(type));
}

/** What is left of a counter error that was thrown by code which does not serialize it: its name and its message. */
function fromMessage({ name, type, message }: Link): CounterError | undefined {
  if ((name !== "CounterError" && type !== "CounterError") || typeof message !== "string") return undefined;
  const code = /\[([a-z-]+)\]$/u.exec(message)?.[1];
  const error = new CounterError(code as CounterErrorCode, message); // an unknown code is refused below
  return isCounterError(error) ? error : undefined;
}

function afterPrefix(name: unknown): string | undefined {
  return typeof name === "string" && name.startsWith(NAME_PREFIX)
    ? name.slice(NAME_PREFIX.length)
    : undefined;
}

function parse(json: unknown): CounterError | undefined {
  if (typeof json !== "string") return undefined;
  try {
    const error: unknown = JSON.parse(json);
    return isCounterError(error) ? error : undefined;
  } catch {
    return undefined;
  }
}

function jsonOf({ code, message, retryable, details }: CounterError): string {
  return JSON.stringify({ name: "CounterError", code, message, retryable, details });
}
