import { CounterError } from "@durable-counter/core";
import { describe, expect, test } from "vitest";
import type { Attempt } from "./attempt-tracking.ts";
import { translateError } from "./aws-errors.ts";

const failure = (name: string, more: object = {}) =>
  Object.assign(new Error("what AWS said"), { name, ...more });
const status = (httpStatusCode: number) => ({ $fault: "client", $metadata: { httpStatusCode } });
const canceled = (...codes: string[]) =>
  failure("TransactionCanceledException", {
    ...status(400),
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
/** As Node.js fails to connect to a name that has several addresses. */
const severalAddresses = (code: string) =>
  Object.assign(new AggregateError([1, 2].map(() => failure("Error", { code, syscall: "connect" }))), {
    code,
  });
const HANDLER = "@smithy/node-http-handler - the request socket";
const translate = (error: unknown, wrote: boolean, list?: Attempt[]) => {
  const attempts = list && { list, mayAttempt: () => true };
  return translateError(error, { tableName: "t", counterId: "c", wrote, ...(attempts && { attempts }) }).code;
};
const failed = (error: unknown): Attempt => ({ state: "failed", error });

describe("an error of AWS becomes", () => {
  test.each([
    ["misconfigured", failure("ResourceNotFoundException", status(400))],
    ["misconfigured", failure("AccessDeniedException", status(400))],
    ["unavailable", failure("CredentialsProviderError")],
    ["unavailable", failure("ExpiredTokenException", status(400))],
    ["unavailable", failure("RequestExpired", status(400))],
    [
      "unavailable",
      failure("InvalidSignatureException", {
        ...status(400),
        message: "Signature expired: 1 is now earlier than 2",
      }),
    ],
    ["misconfigured", failure("InvalidSignatureException", status(400))],
    ["misconfigured", new Error("Region is missing")],
    ["misconfigured", failure("SomethingNewException", status(403))],
    ["throttled", failure("ProvisionedThroughputExceededException", status(400))],
    ["throttled", failure("ThrottlingException", status(400))],
    ["throttled", failure("TransactionConflictException", status(400))],
    ["throttled", canceled("TransactionConflict", "None")],
    ["throttled", canceled("None", "ThrottlingError")],
    ["misconfigured", canceled("ValidationError", "None")],
    ["unavailable", failure("Error", { code: "ECONNREFUSED" })],
    ["unavailable", failure("Error", { code: "EAI_AGAIN", syscall: "getaddrinfo" })],
    ["unavailable", failure("TimeoutError", { code: "ETIMEDOUT", syscall: "connect" })],
    ["unavailable", failure("TypeError", { cause: failure("Error", { code: "ECONNREFUSED" }) })],
    ["throttled", failure("Throttling", status(400))],
    ["throttled", failure("RequestThrottled", status(400))],
    ["throttled", failure("ThrottledException", status(400))],
    ["throttled", failure("KMSThrottlingException", status(400))],
    ["throttled", failure("TooManyRequestsException", status(429))],
    ["throttled", failure("Unknown", status(429))],
    ["unavailable", failure("Error", { code: "EMFILE", syscall: "connect" })],
    ["unavailable", failure("Error", { code: "EADDRNOTAVAIL", syscall: "connect" })],
    ["unavailable", failure("Error", { code: "EAI_FAIL", syscall: "getaddrinfo" })],
    ["unavailable", failure("TypeError", { cause: failure("Error", { code: "UND_ERR_CONNECT_TIMEOUT" }) })],
    ["unavailable", severalAddresses("ETIMEDOUT")],
    ["unavailable", failure("TimeoutError", { message: `${HANDLER} did not establish a connection …` })],
    [
      "unavailable",
      failure("TimeoutError", {
        code: "ECONNRESET",
        message: "Client network socket disconnected before secure TLS connection was established",
      }),
    ],
    [
      "misconfigured",
      failure("Error", {
        code: "EPROTO",
        syscall: "write",
        message: "write EPROTO 40:error:0A:SSL routines:tls:wrong version number:",
      }),
    ],
    ["misconfigured", failure("Error", { code: "ENOTFOUND", syscall: "getaddrinfo" })],
    ["misconfigured", failure("Error", { code: "ENOTFOUND" })],
    ["misconfigured", failure("TypeError", { cause: failure("Error", { code: "ENOTFOUND" }) })],
    ["misconfigured", failure("Error", { code: "DEPTH_ZERO_SELF_SIGNED_CERT" })],
    ["misconfigured", failure("Error", { code: "CERT_HAS_EXPIRED" })],
    ["misconfigured", failure("Error", { code: "ERR_TLS_CERT_ALTNAME_INVALID" })],
    ["misconfigured", failure("Error", { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" })],
    ["throttled", failure("ThrottlingException")],
    ["unavailable", failure("Error", { code: "EHOSTUNREACH", syscall: "connect" })],
    ["misconfigured", failure("TypeError", { code: "ERR_INVALID_URL" })],
    ["misconfigured", failure("UnknownOperationException", status(400))],
  ])("%s, for a write as for a read: %o", (code, error) => {
    expect([translate(error, true), translate(error, false)]).toEqual([code, code]);
  });

  test.each([
    failure("InternalServerError", status(500)),
    failure("ServiceUnavailable", status(503)),
    failure("Error", { code: "ECONNRESET" }),
    failure("Error", { code: "EPIPE" }),
    failure("TimeoutError"),
    failure("AbortError"),
    failure("Error", { code: "EHOSTUNREACH", syscall: "read" }),
    failure("Error", { code: "ERR_SSL_BAD_RECORD_TYPE" }),
    failure("Error", { code: "ERR_STREAM_PREMATURE_CLOSE" }),
    failure("RequestTimeout", status(408)),
    failure("SyntaxError", { $metadata: { httpStatusCode: 429 } }),
    failure("TimeoutError", { code: "ETIMEDOUT", message: `${HANDLER} timed out after 5 ms of inactivity` }),
    failure("TypeError", { cause: failure("SocketError", { code: "UND_ERR_SOCKET" }) }),
    // A refusal that was cut short: what it refused, and why, is not known.
    failure("Error", { code: "ECONNRESET", $metadata: { httpStatusCode: 400 } }),
    failure("SyntaxError", { $metadata: { httpStatusCode: 400 } }),
    // Nothing is known of what no service answered.
    failure("TypeError", { cause: failure("Error", { code: "ECONNRESET" }) }),
    new SyntaxError("Unexpected token '<'"),
    new TypeError("not a function"),
    "a string",
    undefined,
  ])("outcome-unknown for a write, unavailable for a read: %o", (error) => {
    expect([translate(error, true), translate(error, false)]).toEqual(["outcome-unknown", "unavailable"]);
  });

  test("outcome-unknown when an earlier attempt of the same write lost its reply, however the last one ended", () => {
    const throttled = failure("ThrottlingException", status(400));
    const lost = failure("Error", { code: "ECONNRESET" });
    expect(translate(throttled, true, [failed(lost), failed(throttled)])).toBe("outcome-unknown");
    expect(translate(throttled, true, [failed(throttled), failed(throttled)])).toBe("throttled");
  });

  test.each(["sent", "answered"] as const)(
    "outcome-unknown when an attempt was %s, whatever ended the call",
    (state) => {
      expect(translate(new Error("Region is missing"), true, [{ state }])).toBe("outcome-unknown");
    },
  );

  test.each([
    ["misconfigured", new Error("Region is missing")],
    ["misconfigured", new TypeError("not a function")],
    ["misconfigured", failure("AccessDenied", status(403))],
    ["unavailable", failure("CredentialsProviderError")],
    ["unavailable", failure("Error", { code: "ECONNRESET" })],
    ["unavailable", failure("TimeoutError")],
    ["unavailable", failure("ProviderError", { $metadata: { httpStatusCode: 503 } })],
    ["unavailable", failure("Error", { cause: failure("TimeoutError") })],
    ["unavailable", failure("ProviderError", { $metadata: { httpStatusCode: 429 } })],
    ["unavailable", failure("IDPCommunicationError", status(400))],
    ["unavailable", failure("TypeError", { cause: failure("SocketError", { code: "UND_ERR_SOCKET" }) })],
    ["unavailable", failure("Error", { code: "ENETDOWN", syscall: "write" })],
    [
      "misconfigured",
      failure("TypeError", { cause: failure("InvalidArg", { code: "UND_ERR_INVALID_ARG" }) }),
    ],
  ])("%s when nothing was sent: %o", (code, error) => {
    expect(translate(error, true, [{ state: "unsent" }])).toBe(code);
  });

  test.each([
    ["throttled", failure("ThrottlingException", status(400))],
    ["unavailable", failure("ExpiredTokenException", status(400))],
    ["misconfigured", failure("AccessDeniedException", status(400))],
    ["outcome-unknown", failure("TimeoutError")],
  ])("%s when a middleware throws an error of its own in the place of %o", (code, error) => {
    expect(translate(new Error("our client failed"), true, [failed(error)])).toBe(code);
  });

  test("a counter error that keeps its cause", () => {
    const cause = failure("ThrottlingException", status(400));
    expect(translateError(cause, { tableName: "t", wrote: true })).toMatchObject({ cause });
  });
});

test("a counter error passes as it is, though it has a code", () => {
  const error = new CounterError("misconfigured", "said already");
  expect(translateError(error, { tableName: "t", wrote: true })).toBe(error);
});

describe("by its name alone, and by the whole of it, an error means", () => {
  const names = {
    throttled: [
      "ProvisionedThroughputExceededException",
      "LimitExceededException",
      "ItemCollectionSizeLimitExceededException",
      "TooManyRequestsException",
      "TransactionConflictException",
      "ReplicatedWriteConflictException",
      "BandwidthLimitExceeded",
      "RequestLimitExceeded",
      "PriorRequestNotComplete",
    ],
    "outcome-unknown": ["TransactionInProgressException"],
    unavailable: [
      "CredentialsProviderError",
      "TokenProviderError",
      "IDPCommunicationError",
      "ExpiredTokenException",
      "ExpiredToken",
      "RequestExpired",
      "RequestTimeTooSkewed",
      "LateAttempt",
    ],
    misconfigured: [
      "ConditionalCheckFailedException",
      "TransactionCanceledException",
      "ValidationException",
      "ResourceNotFoundException",
      "AccessDeniedException",
      "AttemptNotTracked",
    ],
  };
  const each = Object.entries(names).flatMap(([code, all]) => all.map((name) => [code, name] as const));

  test.each(each)("%s for %s", (code, name) => {
    expect(translate(failure(name), true)).toBe(code);
    // Another library's error with a longer name says nothing of DynamoDB.
    expect(translate(failure(`My${name}`), true)).toBe("outcome-unknown");
    expect(translate(failure(`${name}2`), true)).toBe("outcome-unknown");
  });
});
