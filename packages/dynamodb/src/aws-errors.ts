import type {
  CancellationReason,
  ConditionalCheckFailedException,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import { CounterError, isCounterError, type CounterErrorCode } from "@durable-counter/core";
import type { Attempt, Attempts } from "./attempt-tracking.ts";
import { named, quoted } from "./named.ts";
import { codeOfConnection, isTemporary, TOO_MANY_REQUESTS, type VendorError } from "./connection-errors.ts";

/** What an error means that says by its name that nothing was written, or that it is open. Any other name says nothing. */
const CODES: readonly (readonly [CounterErrorCode, RegExp])[] = [
  // AWS has many names for a throttle: `ThrottlingException`, `Throttling`, `RequestThrottled`, `KMSThrottlingException`.
  [
    "throttled",
    /Throttled|Throttling|^(?:(?:ProvisionedThroughput|Limit|ItemCollectionSizeLimit)Exceeded|TooManyRequests|(?:Transaction|ReplicatedWrite)Conflict)Exception$|^(?:(?:Bandwidth|Request)LimitExceeded|PriorRequestNotComplete)$/u,
  ],
  ["outcome-unknown", /^TransactionInProgressException$/u],
  // Credentials heal: the next attempt signs with new ones.
  [
    "unavailable",
    /^(?:CredentialsProviderError|TokenProviderError|IDPCommunicationError|ExpiredToken(?:Exception)?|RequestExpired|RequestTimeTooSkewed|LateAttempt)$/u,
  ],
  [
    "misconfigured",
    /^(?:(?:ConditionalCheckFailed|TransactionCanceled|Validation|ResourceNotFound|AccessDenied)Exception|AttemptNotTracked)$/u,
  ],
];

/** Why an item cancels a transaction that may be tried again. */
const BUSY_REASONS = new Set(["TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"]);

/** Who was denied access, as AWS says it: messages go to people who need not know the account's roles. `cause` has it all. */
const PRINCIPAL = /arn:[\w-]+:(?:iam|sts)::[^\s,;"']+/gu;

/**
 * What an error means that ended an attempt. `wrote` says whether the attempt was a write: unless the error shows that nothing
 * was written, it is then open whether the write was applied.
 */
function codeOf(error: unknown, wrote: boolean): CounterErrorCode {
  const known = codeOfRefusal(error);
  if (known !== undefined) return known;
  const { $fault, $metadata } = error instanceof Error ? (error as VendorError) : {};
  const status = $metadata?.httpStatusCode ?? 0;
  // A reply that was cut short has a status too, but what it said is not known.
  if ($fault !== undefined && status >= 400 && status < 500 && status !== 408) return "misconfigured";
  return wrote ? "outcome-unknown" : "unavailable";
}

/** What an error means that came before anything was sent. */
function codeOfUnsent(error: unknown): CounterErrorCode {
  const known = codeOfRefusal(error);
  if (known !== undefined && known !== "outcome-unknown") return known;
  return isTemporary(error) ? "unavailable" : "misconfigured";
}

/** What an error means that ended a call whose last attempt ended so. */
function codeOfLast(error: unknown, wrote: boolean, attempt: Attempt | undefined): CounterErrorCode {
  // A middleware may throw an error of its own in the place of the attempt's. A call may be aborted after its last attempt.
  const isAttempt =
    attempt?.state === "failed" &&
    (attempt.error === error || !(error instanceof Error && error.name === "AbortError"));
  return isAttempt ? codeOf(attempt.error, wrote) : codeOfUnsent(error);
}

/** What an error means by its name, or by how the connection failed. */
function codeOfRefusal(error: unknown): CounterErrorCode | undefined {
  if (!(error instanceof Error)) return undefined;
  if (reasonsOf(error).some(({ Code = "" }) => BUSY_REASONS.has(Code))) return "throttled";
  if (
    /Signature(?:Exception|DoesNotMatch)$/u.test(error.name) &&
    /expired|not yet current/iu.test(error.message)
  ) {
    return "unavailable"; // signed before a freeze
  }
  if (error.message === "Region is missing") return "misconfigured";
  const { name, $fault, $metadata } = error as VendorError;
  const [known] = CODES.find(([, names]) => names.test(name)) ?? [];
  if (known !== undefined) return known;
  // The SDK tells no fault where a page of a proxy has the status: the proxy may have sent the request more than once.
  const isRefused = $fault !== undefined && $metadata?.httpStatusCode === TOO_MANY_REQUESTS;
  return isRefused ? "throttled" : codeOfConnection(error);
}

/** Whether an attempt was applied, or may be, or may still arrive. */
export function mayHaveBeenApplied({ state, error }: Attempt): boolean {
  return (
    state === "sent" ||
    state === "answered" ||
    (state === "failed" && codeOf(error, true) === "outcome-unknown")
  );
}

/**
 * Translates whatever a client threw, at this border, into an error of ours. What it means is decided by what is known to
 * have been sent.
 *
 * @param context `attempts` are those of the call, if they were tracked; `idempotencyKey` is the one to retry with
 */
export function translateError(
  error: unknown,
  context: {
    tableName: string;
    counterId?: string;
    idempotencyKey?: string;
    wrote: boolean;
    attempts?: Attempts;
  },
): CounterError {
  if (isCounterError(error)) return error;
  const { tableName, counterId, idempotencyKey, wrote, attempts } = context;
  const last = attempts === undefined ? codeOf(error, wrote) : codeOfLast(error, wrote, attempts.list.at(-1));
  const code = attempts?.list.some(mayHaveBeenApplied) ? "outcome-unknown" : last;
  const subject = counterId === undefined ? `Table "${tableName}"` : named({ tableName }, counterId);
  const { name, message } = error instanceof Error ? error : { name: "Thrown", message: String(error) };
  const said = `${name}: ${message.replace(PRINCIPAL, "(its principal)").replace(/\.?$/u, ".")}`;
  return new CounterError(code, `${subject} ${sentence(code, name, idempotencyKey)} ${said}`, {
    cause: error,
    ...(code === "outcome-unknown" && idempotencyKey !== undefined && { details: { idempotencyKey } }),
  });
}

/** Why each item cancelled a transaction, in the order of the request; empty for any other error. */
export function reasonsOf(error: unknown): readonly CancellationReason[] {
  if (!(error instanceof Error) || error.name !== "TransactionCanceledException") return [];
  return (error as TransactionCanceledException).CancellationReasons ?? [];
}

/** Whether the condition of an update has failed. */
export function isConditionFailure(error: unknown): error is ConditionalCheckFailedException {
  return error instanceof Error && error.name === "ConditionalCheckFailedException";
}

/** Whether the condition of one item of a transaction has failed. */
export function hasConditionFailed(reason: CancellationReason | undefined): boolean {
  return reason?.Code === "ConditionalCheckFailed";
}

/** Whether a write was not applied since DynamoDB asks for less, or another was at work on the item. */
export function isBusy(error: unknown): boolean {
  return codeOf(error, true) === "throttled";
}

/**
 * Whether a write was not applied because another transaction was at work on an item. The AWS SDK does not try it again, and the
 * other one makes progress.
 */
export function isConflict(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error.name === "TransactionConflictException" ||
    reasonsOf(error).some(({ Code }) => Code === "TransactionConflict")
  );
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
          : `Ask again with the idempotency key ${quoted(idempotencyKey)} to find out.`
      }`;
    default:
      return `cannot be used: ${remedy(name)}`;
  }
}

function remedy(name: string): string {
  // The names of DynamoDB's own answers end so.
  switch (name.endsWith("Exception") ? name : "unsent") {
    case "ResourceNotFoundException":
    case "TableNotFoundException":
      return "the table does not exist in this region and account. Create it from counterTableInput(), or with ensureCounterTable().";
    case "unsent":
      return "the client could not send a request. Check its region, endpoint and credentials.";
    case "ValidationException":
      return "the table's keys or the item at the key are not a counter's. Name the keys of an existing table in the options keys.partition and keys.sort, or use a table made from counterTableInput().";
    case "UnknownOperationException":
      return 'this engine has no transactions. Let idempotency.strategy be "inline" or "auto".';
    default:
      return "the client's credentials do not allow it. Grant dynamodb:UpdateItem, GetItem and PutItem on it; Query and DeleteItem for holds; Query for shards; BatchGetItem to read many; Query, DeleteItem and ConditionCheckItem to delete; Scan to list.";
  }
}
