import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../scripts/test/random.ts";
import {
  applyEntries,
  isCounterError,
  transfer,
  type ApplyAllRequest,
  type ApplyAllResult,
  type Limits,
} from "./index.ts";

/** A minimal store of several values, without idempotency, which records what it was asked. */
function createStore(values: Record<string, number> = {}, limits?: Limits) {
  const asked: (readonly [ApplyAllRequest, unknown])[] = [];
  return {
    values,
    asked,
    applyAll: async (request: ApplyAllRequest, options?: object): Promise<ApplyAllResult> => {
      asked.push([request, options]);
      const { entries } = request;
      const results = applyEntries(
        entries.map(({ id }) => values[id] ?? 0),
        entries,
        limits,
      );
      for (const [index, { id }] of entries.entries()) values[id] = results[index]?.value ?? NaN;
      return { results, replayed: request.idempotencyKey === "known" };
    },
  };
}

const failure = (call: Promise<unknown>) => call.then(String, (error: Error) => error.message);

describe("a transfer", () => {
  test("takes from one counter, gives to the other, and returns both values", async () => {
    const store = createStore({ alice: 10 });
    expect(await transfer(store, { from: "alice", to: "bob", amount: 3 })).toEqual({
      from: 7,
      to: 3,
      replayed: false,
    });
    expect(store.values).toEqual({ alice: 7, bob: 3 });
  });

  test("says whether it was replayed", async () => {
    const request = { from: "alice", to: "bob", amount: 3, idempotencyKey: "known" };
    expect(await transfer(createStore(), request)).toMatchObject({ replayed: true });
  });

  test("passes on its key, its time, its caller and the options", async () => {
    const store = createStore();
    const keyed = { idempotencyKey: "t", issuedAt: 5, callerId: "me" };
    const options = { signal: undefined, alongside: ["an audit entry"] };
    await transfer(store, { from: "a", to: "b", amount: 1, limits: { max: 9 }, ...keyed }, options);
    const entry = { limits: { max: 9 }, onLimit: "reject" };
    expect(store.asked).toEqual([
      [
        {
          entries: [
            { id: "a", commands: [{ type: "decrement", amount: 1 }], ...entry },
            { id: "b", commands: [{ type: "increment", amount: 1 }], ...entry },
          ],
          ...keyed,
        },
        options,
      ],
    ]);
  });

  test("changes no total, whatever the values, the amount and the limits are", async () => {
    const limits = fc.option(
      fc.record(
        {
          min: fc.integer({ min: -9, max: 0 }),
          max: fc.integer({ min: 1, max: 9 }),
          onLimit: fc.constant("reject"),
        },
        { requiredKeys: [] },
      ),
      { nil: undefined },
    );
    const clamping = fc.option(fc.constant({ min: 0, max: 5, onLimit: "clamp" } as const), {
      nil: undefined,
    });
    const value = fc.integer({ min: -10, max: 10 });
    await fc.assert(
      fc.asyncProperty(
        value,
        value,
        fc.nat({ max: 12 }),
        limits,
        clamping,
        async (a, b, amount, own, ofStore) => {
          const store = createStore({ a, b }, ofStore);
          const moved = await transfer(store, { from: "a", to: "b", amount, limits: own }).then(
            () => true,
            (error) => isCounterError(error, "limit-exceeded") && false,
          );
          expect(store.values).toEqual(moved ? { a: a - amount, b: b + amount } : { a, b });
        },
      ),
      { numRuns: randomRuns(200) },
    );
  });

  test("that is refused says by which counter", async () => {
    const store = createStore({ a: 2 });
    const refused = transfer(store, { from: "a", to: "b", amount: 3, limits: { min: 0 } });
    expect(await failure(refused)).toBe(
      'Entry 1 of 2 was refused, and with it all entries. Counter "a" is at 2 and would fall to -1; its minimum is 0. [limit-exceeded]',
    );
    await expect(refused).rejects.toMatchObject({ details: { entry: 0, id: "a", value: 2, limit: 0 } });
    expect(store.values).toEqual({ a: 2 });
  });

  test.each([
    [{ to: "a" }, 'transfer.to is "a"; pass another counter than "from". [invalid-input]'],
    [
      { amount: -1 },
      "transfer.amount is -1; pass a whole number from 0 to 9007199254740991. [invalid-input]",
    ],
    [
      { amount: "1" },
      'transfer.amount is "1"; pass a whole number from 0 to 9007199254740991. [invalid-input]',
    ],
    [
      { limits: { min: 0, onLimit: "clamp" } },
      'transfer.limits.onLimit is "clamp"; pass "reject": a transfer moves the whole amount or nothing. [invalid-input]',
    ],
    [
      { token: "t" },
      'transfer has the unknown key "token"; pass an object with "from", "to", "amount" and optionally "idempotencyKey", "limits", "issuedAt" and "callerId". [invalid-input]',
    ],
  ])("is refused with path, value and remedy: %o", async (fields, message) => {
    const store = createStore();
    const request = { from: "a", to: "b", amount: 1, ...(fields as object) };
    expect(await failure(transfer(store, request))).toBe(message);
    expect(store.asked).toEqual([]);
  });

  test("is refused by a store that cannot change two counters at once, with a remedy", async () => {
    expect(await failure(transfer({}, { from: "a", to: "b", amount: 1 }))).toBe(
      "transfer.store has no applyAll, so it cannot change two counters at once; pass a store that has it, such as a DynamoDB store without shards. [invalid-input]",
    );
  });

  test("does not believe a store that returns too few results", async () => {
    const store = { applyAll: async () => ({ results: [], replayed: false }) };
    await expect(transfer(store, { from: "a", to: "b", amount: 1 })).rejects.toThrow(
      "0 results for 2 entries",
    );
  });
});
