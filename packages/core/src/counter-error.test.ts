import { describe, expect, test, vi } from "vitest";
import { CounterError, idempotencyKeyReused, isCounterError } from "./index.ts";

const error = new CounterError("limit-exceeded", "The counter is at 3.", { details: { value: 3, limit: 0 } });

describe("a counter error", () => {
  test("has a code, whether to retry, details, and a message that ends with the code", () => {
    expect(error).toMatchObject({
      name: "CounterError",
      code: "limit-exceeded",
      retryable: false,
      message: "The counter is at 3. [limit-exceeded]",
      details: { value: 3, limit: 0 },
    });
    expect(error).not.toHaveProperty("cause");
  });

  test("keeps its cause", () => {
    const cause = new Error("socket hang up");
    expect(new CounterError("outcome-unknown", "The reply was lost.", { cause }).cause).toBe(cause);
  });

  test.each([
    ["invalid-input", false],
    ["limit-exceeded", false],
    ["idempotency-key-reused", false],
    ["idempotency-key-expired", false],
    ["misconfigured", false],
    ["throttled", true],
    ["unavailable", true],
    ["outcome-unknown", true],
  ] as const)("%s is retryable: %s", (code, retryable) => {
    expect(new CounterError(code, "").retryable).toBe(retryable);
  });
});

describe("isCounterError", () => {
  test("answers the same for an error thrown live, for its JSON, and for an error of another copy of core", async () => {
    vi.resetModules();
    const { CounterError: OtherCounterError } = await import("./index.ts");
    expect(OtherCounterError).not.toBe(CounterError);
    const copies = [
      error,
      JSON.parse(JSON.stringify(error)),
      new OtherCounterError("limit-exceeded", "The counter is at 3."),
    ];
    for (const copy of copies) {
      expect([isCounterError(copy), isCounterError(copy, "limit-exceeded")]).toEqual([true, true]);
      expect(isCounterError(copy, "throttled")).toBe(false);
    }
  });

  test("does not modify its argument", () => {
    for (const argument of [Object.freeze(JSON.parse(JSON.stringify(error))), new Error(error.message)]) {
      const before = Object.getOwnPropertyNames(argument);
      isCounterError(argument, "limit-exceeded");
      expect(Object.getOwnPropertyNames(argument)).toEqual(before);
    }
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a string", "limit-exceeded"],
    ["a foreign error", new Error("boom")],
    ["a foreign error whose message ends with a code", new Error("boom [limit-exceeded]")],
    ["a foreign error that wraps one", new Error("order failed", { cause: error })],
    [
      "an error of another library with the same code",
      { name: "FirebaseError", code: "unavailable", message: "x", retryable: true, details: {} },
    ],
    [
      "an error with a code of ours and no other field",
      Object.assign(new Error("x"), { code: "unavailable" }),
    ],
    ["an unknown code", { ...error.toJSON(), code: "ECONNRESET" }],
    ["a code that is a name of the prototype", { ...error.toJSON(), code: "constructor" }],
    ["an error without a message", { ...error.toJSON(), message: undefined }],
    ["a retryable that is no boolean", { ...error.toJSON(), retryable: "maybe" }],
    ["details that are no object", { ...error.toJSON(), details: "text" }],
    ["details that are null", { ...error.toJSON(), details: null }],
  ])("is false for %s", (_, thrown) => {
    expect(isCounterError(thrown)).toBe(false);
  });
});

test("the error of a reused idempotency key names the key, the counter and the remedy", () => {
  expect(idempotencyKeyReused("cart-7", "order-1")).toMatchObject({
    code: "idempotency-key-reused",
    message:
      'The idempotency key "order-1" was used on counter "cart-7" before, with other commands. Send the same commands again, or send these with an idempotency key of their own. [idempotency-key-reused]',
    details: { idempotencyKey: "order-1" },
  });
});
