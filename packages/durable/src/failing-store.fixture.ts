import { CounterError, type CounterErrorCode } from "@durable-counter/core";
import { withApply } from "./with-apply.fixture.ts";

/** Retry or stop, as the table in core's README says. A code that is new there does not compile until it is added here. */
export const RETRYABLE: Readonly<Record<CounterErrorCode, boolean>> = {
  "invalid-input": false,
  "limit-exceeded": false,
  "idempotency-key-reused": false,
  "idempotency-key-expired": false,
  misconfigured: false,
  throttled: true,
  unavailable: true,
  "outcome-unknown": true,
};
export const codes = Object.keys(RETRYABLE) as readonly CounterErrorCode[]; // keys of a literal

/** Details of every kind that JSON has. */
export const details = {
  value: 3,
  limit: 0,
  idempotencyKey: 'a "quoted" ä',
  nested: { list: [1, null, true] },
};

export const messageOf = (code: CounterErrorCode) => `Counter "cart-7" says: ${code}. [${code}]`;

/** The error of a store; `Thrown` may come from another copy of core. */
export const failureOf = (code: CounterErrorCode, Thrown = CounterError) =>
  new Thrown(code, messageOf(code), { cause: new Error("vendor error"), details });

/** A store whose n-th call of `apply` fails with the error that `fail` returns, and is applied if it returns none. */
export function failingStore(fail: (call: number) => Error | undefined) {
  let calls = 0;
  return {
    store: withApply(async (request, forward) => {
      const error = fail(++calls);
      if (error !== undefined) throw error;
      return forward(request);
    }),
    get calls() {
      return calls;
    },
  };
}
