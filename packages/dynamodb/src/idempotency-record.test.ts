import { decrement, get, increment } from "@durable-counter/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { callerIdHash, fingerprint, isKeyAttribute, keyAttribute } from "./idempotency-key.ts";
import { readRecord, recordFraction, recordText } from "./idempotency-record.ts";

const UNIT = 10n ** 22n;

/** What DynamoDB stores for `before + fraction`: the exact decimal sum, without trailing zeros. */
function decimalSum(before: number, fraction: string): string {
  const sum = BigInt(before) * UNIT + BigInt(fraction.slice(2));
  const digits = (sum < 0n ? -sum : sum).toString().padStart(23, "0");
  const tail = digits.slice(-22).replace(/0+$/u, "");
  return `${sum < 0n ? "-" : ""}${digits.slice(0, -22)}${tail === "" ? "" : `.${tail}`}`;
}

describe("an idempotency record", () => {
  test("gives back the value before, the expiry and the fingerprint, for every safe integer", () => {
    const prints = fc.integer({ min: 0, max: 999_999_999_999 }).map((n) => String(n).padStart(12, "0"));
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat({ max: 4_000_000_000 }), prints, (before, expiresAt, print) => {
        const record = { before, expiresAt, fingerprint: print };
        expect(readRecord({ N: decimalSum(before, recordFraction(record)) })).toEqual(record);
      }),
    );
  });

  const bound = fc.option(fc.maxSafeInteger(), { nil: undefined });
  const limitsFrom = (onLimit: "clamp" | "reject", min: number | undefined, max: number | undefined) => ({
    onLimit,
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
  });
  const rest = { expiresAt: 1_800_000_000, fingerprint: "000000000007" };

  test("of a clamped batch gives back its limits as well", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), bound, bound, (before, min, max) => {
        const record = { ...rest, before, limits: limitsFrom("clamp", min, max) };
        expect(readRecord({ S: recordText(record) })).toEqual(record);
      }),
    );
  });

  test("of a refusal gives back its limits and the callers that it is final for, and is never twice the same", () => {
    const callers = fc.array(fc.string(), { maxLength: 80 }).map((names) => names.map(callerIdHash));
    const onLimit = fc.constantFrom("clamp", "reject");
    fc.assert(
      fc.property(fc.maxSafeInteger(), bound, bound, onLimit, callers, (before, min, max, on, refusedTo) => {
        const record = { ...rest, before, limits: limitsFrom(on, min, max), refusedTo };
        const text = recordText(record);
        expect(readRecord({ S: text })).toEqual({ ...record, refusedTo });
        expect(recordText(record)).not.toBe(text);
      }),
    );
  });

  test("of a refusal by a write alongside gives back which write it was, and for whom it is final", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat({ max: 99 }), (before, refusedBy) => {
        const record = {
          ...rest,
          before,
          limits: { onLimit: "reject" } as const,
          refusedTo: ["me"],
          refusedBy,
        };
        expect(readRecord({ S: recordText(record) })).toEqual(record);
      }),
    );
  });

  test("never needs more than the 38 digits a DynamoDB number has", () => {
    const fraction = recordFraction({ expiresAt: 9_999_999_999, fingerprint: "999999999999" });
    const digits = decimalSum(-Number.MAX_SAFE_INTEGER, fraction).replace(/[-.]/gu, "");
    expect(digits.length).toBeLessThanOrEqual(38);
  });

  test.each(["", "abc", "1e5", "12345678901234567", "1.12345678901234567890123", "1/2/3"])(
    "is not %j",
    (text) => {
      expect([readRecord({ N: text }), readRecord({ S: text }), readRecord(undefined)]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    },
  );
});

describe("an idempotency key's attribute", () => {
  test("follows from the idempotency key, and is an idempotency key's attribute", () => {
    expect(keyAttribute("a")).toBe(keyAttribute("a"));
    expect(keyAttribute("a")).not.toBe(keyAttribute("b"));
    expect(keyAttribute("a")).toMatch(/^k#[\w-]{16}$/u);
    expect(["k#x", "value", "id", "sk"].map(isKeyAttribute)).toEqual([true, false, false, false]);
  });
});

describe("a fingerprint", () => {
  test("tells commands apart by type, amount and order", () => {
    const batches = [
      [increment(1)],
      [decrement(1)],
      [increment(11)],
      [increment(1), increment(1)],
      [increment(1), get()],
      [get(), increment(1)],
    ];
    expect(new Set(batches.map((batch) => fingerprint(batch))).size).toBe(batches.length);
  });
});
