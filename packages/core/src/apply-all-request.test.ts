import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../scripts/test/random.ts";
import { ApplyAllRequest, get, increment, isCounterError, parseInput } from "./index.ts";

const parsed = (input: unknown) => {
  try {
    return parseInput(ApplyAllRequest, input, "request");
  } catch (error) {
    return (error as Error).message;
  }
};
const entry = (id: string) => ({ id, commands: [increment()] });

describe("a request for several counters", () => {
  test("is parsed with all of its fields", () => {
    const request = {
      entries: [
        { ...entry("a"), limits: { min: 0 }, onLimit: "clamp", initial: 3 },
        { id: "b", commands: [get()] },
      ],
      idempotencyKey: "order-1",
      issuedAt: 1_700_000_000_000,
      callerId: "me",
    };
    expect(parsed(request)).toEqual(request);
    expect(parsed({ ...request, issuedAt: "1700000000000" })).toEqual(request);
  });

  test.each([
    [
      "the same id twice",
      { entries: [entry("a"), entry("b"), entry("a")] },
      'request.entries[2].id is "a"; pass each counter once, with all of its commands in one entry. [invalid-input]',
    ],
    [
      "no entry",
      { entries: [] },
      "request.entries is []; pass an array of 1 to 100 entries. [invalid-input]",
    ],
    [
      "101 entries",
      { entries: Array.from({ length: 101 }, (_, index) => entry(`c${index}`)) },
      "request.entries is an array of 101; pass an array of 1 to 100 entries. [invalid-input]",
    ],
    [
      "an unknown key of the request",
      { entries: [entry("a")], id: "a" },
      'request has the unknown key "id"; pass an object with "entries" and optionally "idempotencyKey", "issuedAt" and "callerId". [invalid-input]',
    ],
    [
      "an unknown key of an entry",
      { entries: [{ ...entry("a"), idempotencyKey: "t" }] },
      'request.entries[0] has the unknown key "idempotencyKey"; pass an object with "id", "commands" and optionally "limits", "onLimit", "initial" and "window". [invalid-input]',
    ],
    [
      "an amount that is a text",
      { entries: [entry("a"), { id: "b", commands: [{ type: "increment", amount: "1" }] }] },
      'request.entries[1].commands[0].amount is "1"; pass a whole number from 0 to 9007199254740991. [invalid-input]',
    ],
    [
      "an entry that is no object",
      { entries: [entry("a"), null] },
      'request.entries[1] is null; pass an object with "id", "commands" and optionally "limits", "onLimit", "initial" and "window". [invalid-input]',
    ],
    [
      "a time without a key",
      { entries: [entry("abcd")], issuedAt: 5 },
      'request is {"entries":[{"id":"abcd","commands":[{"type":"increment","am…; pass "issuedAt" only with an "idempotencyKey". [invalid-input]',
    ],
    [
      "a caller without a key",
      { entries: [entry("abcd")], callerId: "me" },
      'request is {"entries":[{"id":"abcd","commands":[{"type":"increment","am…; pass "callerId" only with an "idempotencyKey". [invalid-input]',
    ],
  ])("is refused with path, value and remedy: %s", (_, input, message) => {
    expect(parsed(input)).toBe(message);
  });

  test("may have 100 entries", () => {
    const entries = Array.from({ length: 100 }, (_, index) => entry(`c${index}`));
    expect(parsed({ entries })).toEqual({ entries });
  });

  test("is parsed from random input, or refused with path, value and remedy", () => {
    const entries = fc.array(
      fc.oneof(
        fc.record({ id: fc.oneof(fc.constantFrom("a", "b"), fc.anything()), commands: fc.constant([get()]) }),
        fc.anything(),
      ),
    );
    const inputs = fc.record(
      { entries: fc.oneof(entries, fc.anything()), extra: fc.anything() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(inputs, (input) => {
        try {
          const { entries } = parseInput(ApplyAllRequest, input, "request");
          expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
        } catch (error) {
          expect(isCounterError(error, "invalid-input")).toBe(true);
          expect((error as Error).message).toMatch(/^request.* (is|has the unknown key) .*; pass /su);
        }
      }),
      { numRuns: randomRuns(100) },
    );
  });
});
