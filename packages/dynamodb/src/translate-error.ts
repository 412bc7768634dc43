import type { CancellationReason, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { CounterError, isCounterError, type CounterErrorCode } from "@durable-counter/core";

/** What a vendor's error means here; any other refusal means `misconfigured`. The only place that knows AWS's names. */
const CODES: Readonly<Record<string, CounterErrorCode>> = {
  CredentialsProviderError: "misconfigured",
  ProvisionedThroughputExceededException: "throttled",
  ThrottlingException: "throttled",
  RequestLimitExceeded: "throttled",
  LimitExceededException: "throttled",
  ItemCollectionSizeLimitExceededException: "throttled",
  TransactionConflictException: "throttled",
  ReplicatedWriteConflictException: "throttled",
  TransactionInProgressException: "outcome-unknown",
  LateAttempt: "unavailable",
};

/** Why an item cancels a transaction that may be tried again. */
const BUSY_REASONS = new Set(["TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"]);

/** Errors of a connection, and the calls in which nothing can have been sent yet. */
const NEVER_CONNECTED = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);
const SENDING = new Set(["read", "write"]);

/** Node's own refusals of a request that cannot be made. */
const NEVER_MADE = /^ERR_(?:INVALID_|SOCKET_BAD_PORT|UNESCAPED_CHARACTERS)/u;

/** What ended a request whose answer nobody waited for. */
const INTERRUPTED = new Set(["TimeoutError", "AbortError"]);

interface VendorError extends Error {
  readonly code?: unknown;
  /** The system call in which a connection failed. */
  readonly syscall?: string;
  /** Where the service said something. */
  readonly $fault?: "client" | "server";
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/**
 * The code of an attempt that failed, or undefined for an error that is none of DynamoDB's. `wrote` says whether it
 * was a write: then a lost reply or a 5xx leaves open whether it was applied.
 */
export function codeOf(error: unknown, wrote: boolean): CounterErrorCode | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, code, syscall, $fault, $metadata } = error as VendorError;
  const known = CODES[name];
  if (known !== undefined) return known;
  if (reasonsOf(error).some(({ Code = "" }) => BUSY_REASONS.has(Code))) return "throttled";
  if (typeof code === "string" && NEVER_CONNECTED.has(code) && !SENDING.has(syscall ?? ""))
    return "unavailable";
  if (typeof code === "string" && NEVER_MADE.test(code)) return "misconfigured";
  const status = $metadata?.httpStatusCode;
  // A reply that was cut short has a status too, but what it said is not known.
  const isRefusal = status !== undefined && status >= 400 && status < 500 && status !== 408;
  if ($fault !== undefined && isRefusal) return "misconfigured";
  if (status !== undefined || typeof code === "string" || INTERRUPTED.has(name)) {
    return wrote ? "outcome-unknown" : "unavailable";
  }
  return undefined;
}

/**
 * Translates an error of the AWS SDK at this border. What is not DynamoDB's, as a programming error, passes as it is.
 *
 * @param context `attempts` are the errors of every attempt the AWS SDK made: one unknown outcome among them leaves
 *   the whole open, however the last one ended; where there was none, nothing was sent. `idempotencyKey` is what to ask again
 *   with
 */
export function translateError(
  error: unknown,
  context: {
    tableName: string;
    counterId?: string;
    idempotencyKey?: string;
    wrote: boolean;
    attempts?: readonly unknown[];
  },
): unknown {
  if (isCounterError(error)) return error;
  const { tableName, counterId, idempotencyKey, wrote, attempts } = context;
  const sent = attempts === undefined || attempts.length > 0;
  const last = sent ? codeOf(error, wrote) : "misconfigured";
  if (last === undefined || !(error instanceof Error)) return error;
  const code = attempts?.some((attempt) => codeOf(attempt, wrote) === "outcome-unknown")
    ? "outcome-unknown"
    : last;
  const subject =
    counterId === undefined
      ? `Table "${tableName}"`
      : `Counter ${JSON.stringify(counterId)} in table "${tableName}"`;
  const { name, message } = error;
  const said = `${name}: ${message.replace(/\.?$/u, ".")}`;
  return new CounterError(
    code,
    `${subject} ${sentence(code, sent ? name : "unsent", idempotencyKey)} ${said}`,
    {
      cause: error,
      ...(code === "outcome-unknown" && idempotencyKey !== undefined && { details: { idempotencyKey } }),
    },
  );
}

/** Why each item cancelled a transaction, in the order of the request; empty for any other error. */
export function reasonsOf(error: unknown): readonly CancellationReason[] {
  if (!(error instanceof Error) || error.name !== "TransactionCanceledException") return [];
  return (error as TransactionCanceledException).CancellationReasons ?? [];
}

/** Whether a write was not applied since DynamoDB asks for less, or another was at work on the item. */
export function isBusy(error: unknown): boolean {
  return codeOf(error, true) === "throttled";
}

/** Whether DynamoDB refused a write since the item would be larger than 400 KB. */
export function isItemFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const said = [
    error.name === "ValidationException" ? error.message : "",
    ...reasonsOf(error).map(({ Message }) => Message),
  ];
  return said.some((message) => /item size/iu.test(message ?? ""));
}

function sentence(code: CounterErrorCode, name: string, idempotencyKey: string | undefined): string {
  switch (code) {
    case "throttled":
      return "was not changed: DynamoDB asks for less. Try again later, with the same idempotency key.";
    case "unavailable":
      return "could not be reached; nothing was written. Try again, with the same idempotency key.";
    case "outcome-unknown":
      return `may or may not have been changed: the reply was lost. ${
        idempotencyKey === undefined
          ? "Do it again."
          : `Ask again with the idempotency key ${JSON.stringify(idempotencyKey)} to find out.`
      }`;
    default:
      return `cannot be used: ${remedy(name)}`;
  }
}

function remedy(name: string): string {
  switch (name) {
    case "ResourceNotFoundException":
    case "TableNotFoundException":
      return "the table does not exist in this region and account. Create it from counterTableInput(), or with ensureCounterTable().";
    case "unsent":
      return "the client could not send a request. Check its region, endpoint and credentials.";
    case "ValidationException":
      return "the table's keys or the item at the key are not a counter's. Use a table made from counterTableInput().";
    case "UnknownOperationException":
      return 'this engine has no transactions. Let idempotency.strategy be "inline" or "auto".';
    default:
      return "the client's credentials do not allow it. Grant dynamodb:UpdateItem, GetItem, PutItem and ConditionCheckItem on it; Query for shards; DeleteItem and Query to delete, Scan to list.";
  }
}
