import { describe, expect, test } from "vitest";
import { CounterError, idempotencyKeyReused } from "./index.ts";

const error = new CounterError("limit-exceeded", "The counter is at 3.", { details: { value: 3, limit: 0 } });

describe("a counter error", () => {
  test("says its code, whether to retry, and the sentence with the code", () => {
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

test("an idempotency key that is reused is named, with its counter and the remedy", () => {
  expect(idempotencyKeyReused("cart-7", "order-1")).toMatchObject({
    code: "idempotency-key-reused",
    message:
      'IdempotencyKey "order-1" was used on counter "cart-7" before, with other commands. Send the same commands again, or these with an idempotency key of their own. [idempotency-key-reused]',
    details: { idempotencyKey: "order-1" },
  });
});
