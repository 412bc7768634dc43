import { isObject } from "./is-object.ts";
/**
 * Every way in which an operation on a counter can fail, and whether it helps to send the same request again with the same
 * idempotency key. Only this table decides it.
 */
const RETRYABLE = {
  /** The input is not a valid request. The message names path, value and remedy. Nothing was applied. */
  "invalid-input": false,
  /** A limit, or ±(2^53 − 1), would be passed. Nothing of the batch was applied. */
  "limit-exceeded": false,
  /** The idempotency key was used before, with other commands. Nothing was applied. */
  "idempotency-key-reused": false,
  /** The idempotency key is older than the store's retention period, so an earlier attempt may have counted. Nothing was applied now. */
  "idempotency-key-expired": false,
  /** The state backend is set up wrongly: no table, no permission, or a foreign item at the key. Nothing was applied. */
  misconfigured: false,
  /** The store is over its capacity. Nothing was applied. */
  throttled: true,
  /** The store could not be reached. Nothing was applied. */
  unavailable: true,
  /** The reply was lost, so the request may or may not have been applied. Retry with the same idempotency key to find out. */
  "outcome-unknown": true,
} as const satisfies Record<string, boolean>;

/** A code of a {@link CounterError}. Programs switch on it. */
export type CounterErrorCode = keyof typeof RETRYABLE;

/** What a program may need beyond the message: plain JSON, the same before and after a checkpoint. */
export type CounterErrorDetails = Readonly<Record<string, unknown>>;

/**
 * The one error class of all packages. Switch on `code`, and check with {@link isCounterError}: `instanceof` fails where an
 * error crossed a checkpoint or comes from another copy of this package.
 *
 * The message ends with the code in brackets, so that log lines can be searched by code.
 */
export class CounterError extends Error {
  override readonly name = "CounterError";
  /** Why the operation failed. */
  readonly code: CounterErrorCode;
  /** Whether the same request may be sent again with the same idempotency key. */
  readonly retryable: boolean;
  /** Facts for programs, such as `value` and `limit`. */
  readonly details: CounterErrorDetails;

  constructor(
    code: CounterErrorCode,
    message: string,
    options: { cause?: unknown; details?: CounterErrorDetails } = {},
  ) {
    // A message that ends with the message of another counter error has its code already.
    const suffix = message.endsWith(`[${code}]`) ? "" : ` [${code}]`;
    super(message + suffix, options); // of which it takes the cause
    this.code = code;
    this.retryable = RETRYABLE[code];
    this.details = options.details ?? {};
  }

  /** Makes `JSON.stringify` keep the message, which it drops for other errors. */
  toJSON(): Pick<CounterError, "name" | "code" | "message" | "retryable" | "details"> {
    const { name, code, message, retryable, details } = this;
    return { name, code, message, retryable, details };
  }
}

/**
 * Whether `error` is a {@link CounterError}, with this `code` if one is given. The answer depends on the fields alone. So it
 * is the same for an error thrown live, one that a durable counter rejects with on replay, one parsed from JSON, and one of
 * another copy of this package. The argument is not modified.
 *
 * An error that came out of a durable child context, an invoked function or a failed execution has lost its fields:
 * `restoreCounterError` of `@durable-counter/durable` gives them back.
 *
 * @example
 * ```ts
 * try {
 *   await counter.decrement();
 * } catch (error) {
 *   if (!isCounterError(error, "limit-exceeded")) throw error;
 *   return { soldOut: true };
 * }
 * ```
 */
export function isCounterError<C extends CounterErrorCode = CounterErrorCode>(
  error: unknown,
  code?: C,
): error is CounterError & { readonly code: C } {
  if (!isObject(error)) return false;
  const fields: Partial<Record<keyof CounterError, unknown>> = error;
  return (
    // Other libraries have a code "unavailable", too. No other has the name and all of these fields.
    fields.name === "CounterError" &&
    typeof fields.code === "string" &&
    (code === undefined ? Object.hasOwn(RETRYABLE, fields.code) : fields.code === code) &&
    typeof fields.message === "string" &&
    typeof fields.retryable === "boolean" &&
    typeof fields.details === "object" &&
    fields.details !== null
  );
}

/**
 * The error of a store that recorded other commands under an idempotency key. For authors of stores.
 *
 * @returns a {@link CounterError} `idempotency-key-reused` whose `details` has the `idempotencyKey`
 */
export function idempotencyKeyReused(counterId: string, idempotencyKey: string): CounterError {
  return new CounterError(
    "idempotency-key-reused",
    `The idempotency key ${JSON.stringify(idempotencyKey)} was used on counter ${JSON.stringify(counterId)} before, with other commands. Send the same commands again, or send these with an idempotency key of their own.`,
    { details: { idempotencyKey } },
  );
}
