import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../scripts/test/random.ts";
import {
  applyBatch,
  applyEntries,
  decrement,
  entryLimits,
  get,
  increment,
  isCounterError,
  type ApplyAllEntry,
  type Limits,
} from "./index.ts";

const small = fc.integer({ min: -20, max: 20 });
const limits: fc.Arbitrary<Limits | undefined> = fc.option(
  fc.record({
    min: fc.integer({ min: -10, max: 0 }),
    max: fc.integer({ min: 1, max: 10 }),
    onLimit: fc.constantFrom("reject", "clamp"),
  }),
  { nil: undefined },
);
const command = fc.oneof(
  fc.nat({ max: 6 }).map((amount) => increment(amount)),
  fc.nat({ max: 6 }).map((amount) => decrement(amount)),
  fc.constant(get()),
);
const entry: fc.Arbitrary<ApplyAllEntry> = fc.record({
  id: fc.string({ minLength: 1, maxLength: 4 }),
  commands: fc.array(command, { minLength: 1, maxLength: 4 }),
  limits,
  onLimit: fc.option(fc.constantFrom("reject", "clamp"), { nil: undefined }),
});
const entries = fc.uniqueArray(entry, { selector: ({ id }) => id, minLength: 1, maxLength: 5 });

describe("several entries", () => {
  test("are applied as each by itself, or refused together by the first that is refused", () => {
    fc.assert(
      fc.property(
        entries,
        fc.array(small, { minLength: 5, maxLength: 5 }),
        limits,
        (batches, befores, store) => {
          const alone = batches.map((batch, index) => {
            try {
              return applyBatch(befores[index] ?? 0, batch.commands, entryLimits(batch, store));
            } catch {
              return "refused";
            }
          });
          const refused = alone.indexOf("refused");
          if (refused === -1) {
            expect(applyEntries(befores, batches, store)).toEqual(alone);
            return;
          }
          expect(() => applyEntries(befores, batches, store)).toThrow(
            expect.objectContaining({
              code: "limit-exceeded",
              details: expect.objectContaining({ entry: refused, id: batches[refused]?.id }),
            }),
          );
        },
      ),
      { numRuns: randomRuns(100) },
    );
  });

  test("start at 0 where no value before is given", () => {
    expect(applyEntries([], [{ id: "a", commands: [increment(2)] }])).toMatchObject([{ value: 2 }]);
  });

  test("take their limits from the store, and replace what happens at them", () => {
    const store = { min: 0, onLimit: "clamp" } as const;
    expect(entryLimits({}, store)).toEqual(store);
    expect(entryLimits({ onLimit: "reject" }, store)).toEqual({ min: 0, onLimit: "reject" });
    expect(entryLimits({ limits: { max: 3 }, onLimit: "clamp" }, store)).toEqual({
      max: 3,
      onLimit: "clamp",
    });
    expect(entryLimits({ onLimit: "reject" }, undefined)).toBeUndefined();
  });

  test("are refused in words that name the entry, the counter, the value and the limit", () => {
    const batches = [
      { id: "a", commands: [increment(1)] },
      { id: "b", commands: [get(), decrement(5)], limits: { min: 0 } },
    ];
    try {
      applyEntries([0, 3], batches);
      expect.unreachable();
    } catch (error) {
      expect(isCounterError(error, "limit-exceeded") && error).toMatchObject({
        message:
          'Entry 2 of 2 was refused, and with it all entries. Command 2 of 2 was refused, and with it the whole batch. Counter "b" is at 3 and would fall to -2; its minimum is 0. [limit-exceeded]',
        details: { entry: 1, id: "b", index: 1, value: 3, limit: 0 },
      });
    }
  });
});
