import { CounterError, isCounterError } from "@durable-counter/core";
import { describe, expect, test } from "vitest";
import { translateError } from "./translate-error.ts";

const failure = (name: string, more: object = {}) =>
  Object.assign(new Error("what AWS said"), { name, ...more });
const status = (httpStatusCode: number) => ({ $fault: "client", $metadata: { httpStatusCode } });
const canceled = (...codes: string[]) =>
  failure("TransactionCanceledException", {
    ...status(400),
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
const translate = (error: unknown, wrote: boolean, attempts?: unknown[]) => {
  const translated = translateError(error, {
    tableName: "t",
    counterId: "c",
    wrote,
    ...(attempts && { attempts }),
  });
  return isCounterError(translated) ? translated.code : translated;
};

describe("an error of AWS becomes", () => {
  test.each([
    ["misconfigured", failure("ResourceNotFoundException", status(400))],
    ["misconfigured", failure("AccessDeniedException", status(400))],
    ["misconfigured", failure("CredentialsProviderError")],
    ["misconfigured", failure("SomethingNewException", status(403))],
    ["throttled", failure("ProvisionedThroughputExceededException", status(400))],
    ["throttled", failure("ThrottlingException", status(400))],
    ["throttled", failure("TransactionConflictException", status(400))],
    ["throttled", canceled("TransactionConflict", "None")],
    ["throttled", canceled("None", "ThrottlingError")],
    ["misconfigured", canceled("ValidationError", "None")],
    ["unavailable", failure("Error", { code: "ECONNREFUSED" })],
    ["unavailable", failure("Error", { code: "ENOTFOUND" })],
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
    // A refusal that was cut short: what it refused, and why, is not known.
    failure("Error", { code: "ECONNRESET", $metadata: { httpStatusCode: 400 } }),
    failure("SyntaxError", { $metadata: { httpStatusCode: 400 } }),
  ])("outcome-unknown for a write, unavailable for a read: %o", (error) => {
    expect([translate(error, true), translate(error, false)]).toEqual(["outcome-unknown", "unavailable"]);
  });

  test("outcome-unknown when an earlier attempt of the same write lost its reply, however the last one ended", () => {
    const throttled = failure("ThrottlingException", status(400));
    expect(translate(throttled, true, [failure("Error", { code: "ECONNRESET" }), throttled])).toBe(
      "outcome-unknown",
    );
    expect(translate(throttled, true, [throttled, throttled])).toBe("throttled");
  });

  test("misconfigured where no attempt was made, whatever the client says", () => {
    expect(translate(new Error("Region is missing"), true, [])).toBe("misconfigured");
    expect(translate(failure("TypeError", { code: "ERR_INVALID_URL" }), false)).toBe("misconfigured");
  });

  test("a counter error that keeps its cause", () => {
    const cause = failure("ThrottlingException", status(400));
    expect(translateError(cause, { tableName: "t", wrote: true })).toMatchObject({ cause });
  });
});

test.each([new TypeError("not a function"), "a string", undefined])("%s passes as it is", (thrown) => {
  expect(translate(thrown, true)).toBe(thrown);
});

test("a counter error passes as it is, though it has a code", () => {
  const error = new CounterError("misconfigured", "said already");
  expect(translateError(error, { tableName: "t", wrote: true })).toBe(error);
});
