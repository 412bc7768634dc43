import { describe, expect, test } from "vitest";
import { CounterError, isCounterError } from "./index.ts";

const error = new CounterError("limit-exceeded", "The counter is at 3.", { details: { value: 3, limit: 0 } });

describe("isCounterError answers the same", () => {
  test.each<[string, unknown]>([
    ["for the error thrown live", error],
    ["for its JSON", JSON.parse(JSON.stringify(error))],
    [
      "for another copy's error, known by its code alone",
      Object.assign(new Error("x"), { code: "limit-exceeded" }),
    ],
    ["for an error that kept nothing but its message", new Error(error.message)],
    [
      "for an error that kept its JSON as errorData",
      Object.assign(new Error("x"), { errorData: JSON.stringify(error) }),
    ],
    [
      "for the failed execution that the durable service reports",
      { ErrorType: "StepError", ErrorMessage: "x", ErrorData: JSON.stringify(error) },
    ],
    ["for a failed execution without data", { ErrorType: "CounterError", ErrorMessage: error.message }],
    [
      "for the failed execution that AWS's local runner reports",
      { errorType: "StepError", errorMessage: error.message },
    ],
    [
      "for an error that wraps it",
      new Error("Step failed", { cause: new Error("Child failed", { cause: error }) }),
    ],
  ])("%s", (_, thrown) => {
    expect(isCounterError(thrown)).toBe(true);
    expect(isCounterError(thrown, "limit-exceeded")).toBe(true);
    expect(isCounterError(thrown, "throttled")).toBe(false);
  });

  test("and gives the fields back, so that its word is true", () => {
    const revived: unknown = Object.assign(new Error(error.message), { errorData: JSON.stringify(error) });
    if (!isCounterError(revived, "limit-exceeded")) throw new Error("not recognised");
    expect([revived.code, revived.retryable, revived.details]).toEqual([
      "limit-exceeded",
      false,
      { value: 3, limit: 0 },
    ]);
    const bare: unknown = new Error(error.message);
    expect(isCounterError(bare) && [bare.code, bare.retryable, bare.details]).toEqual([
      "limit-exceeded",
      false,
      {},
    ]);
  });

  test("however often it is asked, of a wrapper that got its fields back as well", () => {
    const cause = Object.assign(new Error("x"), { name: "StepError", errorData: JSON.stringify(error) });
    const wrapper = Object.assign(new Error("x", { cause }), { name: "ChildContextError" });
    const asked = () => isCounterError(wrapper, "limit-exceeded");
    expect([asked(), asked(), asked()]).toEqual([true, true, true]);
  });

  test("and sets right what a field says wrongly", () => {
    const odd: unknown = Object.assign(new Error("x"), {
      code: "limit-exceeded",
      retryable: "maybe",
      details: "text",
    });
    expect(isCounterError(odd) && [odd.retryable, odd.details]).toEqual([false, {}]);
  });

  test("and finds the details in what the error wraps, before it reads a sentence", () => {
    const cause = Object.assign(new Error(error.message), { errorData: JSON.stringify(error) });
    const wrapped: unknown = new Error(error.message, { cause });
    expect(isCounterError(wrapped) && wrapped.details).toEqual({ value: 3, limit: 0 });
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a string", "limit-exceeded"],
    ["a foreign error", new Error("boom")],
    [
      "a foreign error that wraps one",
      Object.assign(new Error("order failed", { cause: error }), { code: "E_ORDER" }),
    ],
    [
      "another library's error with a code of ours",
      { name: "FirebaseError", code: "unavailable", message: "x" },
    ],
    ["a foreign code", Object.assign(new Error("boom"), { code: "ECONNRESET" })],
    ["a name from the prototype", Object.assign(new Error("boom"), { code: "constructor" })],
    ["foreign data", Object.assign(new Error("boom"), { errorData: "{not json" })],
    ["data that is no object", Object.assign(new Error("boom"), { errorData: "5" })],
    ["a message that is no string", { message: 5 }],
    ["a code at the start of a message", new Error("[limit-exceeded] boom")],
    ["an error frozen before it could be revived", Object.freeze(new Error(error.message))],
  ])("no for %s", (_, thrown) => {
    expect(isCounterError(thrown)).toBe(false);
  });

  test("no for causes that run in a circle", () => {
    const circle = new Error("boom");
    circle.cause = circle;
    expect(isCounterError(circle)).toBe(false);
  });
});
