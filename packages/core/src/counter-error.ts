/**
 * Every way an operation on a counter can fail, and whether trying the same request again, with the same idempotency key,
 * can help. This table is the only place that knows.
 */
export const RETRYABLE = {
  /** The input is not a valid request: it names path, value and remedy. Nothing was applied. */
  "invalid-input": false,
  /** A limit, or ±(2^53 − 1), would be passed. Nothing of the batch was applied. */
  "limit-exceeded": false,
  /** The idempotency key was used before, with other commands. Nothing was applied. */
  "idempotency-key-reused": false,
  /** The idempotency key is older than keys are remembered: whether it counted is not known any more. Nothing was applied. */
  "idempotency-key-expired": false,
  /** The home of the counter is set up wrongly: no table, no permission, a foreign item at the key. */
  misconfigured: false,
  /** The store asks for less: it was not applied. */
  throttled: true,
  /** The store could not be reached: it was not applied. */
  unavailable: true,
  /** The reply was lost: nobody knows whether it was applied. Ask again with the same idempotency key to find out. */
  "outcome-unknown": true,
} as const satisfies Record<string, boolean>;

export type CounterErrorCode = keyof typeof RETRYABLE;

/** What a program may want to know beyond the sentence: plain JSON, the same before and after a checkpoint. */
export type CounterErrorDetails = Readonly<Record<string, unknown>>;

/**
 * The one error of all packages. Switch on `code`; ask {@link isCounterError}, never `instanceof`: errors cross
 * checkpoints and copies of this package.
 *
 * The message ends with the code in brackets, since the sentence is the one part of an error that survives every
 * boundary of a durable execution, and so that a line in a log can be searched by code.
 */
export class CounterError extends Error {
  override readonly name = "CounterError";
  readonly code: CounterErrorCode;
  /** Whether the same request with the same idempotency key may be sent again. */
  readonly retryable: boolean;
  readonly details: CounterErrorDetails;

  constructor(
    code: CounterErrorCode,
    message: string,
    options: { cause?: unknown; details?: CounterErrorDetails } = {},
  ) {
    // A message that ends with another's has its code already.
    const suffix = message.endsWith(`[${code}]`) ? "" : ` [${code}]`;
    super(message + suffix, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.retryable = RETRYABLE[code];
    this.details = options.details ?? {};
  }

  /** The message alone would survive `JSON.stringify`'s view of an Error as nothing at all. */
  toJSON(): {
    name: string;
    code: CounterErrorCode;
    message: string;
    retryable: boolean;
    details: CounterErrorDetails;
  } {
    const { name, code, message, retryable, details } = this;
    return { name, code, message, retryable, details };
  }
}
