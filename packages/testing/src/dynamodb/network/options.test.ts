import { describe, expect, test } from "vitest";
import { FAULTS, EVERY_FAULT, type Fault } from "./fault.ts";
import { parseOptions, type FaultyNetworkOptions } from "./options.ts";

describe("the options of a faulty network", () => {
  test("default to all faults at all operations, and a seed of their own", () => {
    const { seed, ...rest } = parseOptions({});
    expect(rest).toEqual({ faults: EVERY_FAULT, operations: undefined, delayMs: { min: 1_200, max: 3_000 } });
    expect(Number.isSafeInteger(seed)).toBe(true);
    const seeds = Array.from({ length: 20 }, () => parseOptions({ seed: undefined }).seed);
    expect(new Set(seeds).size).toBeGreaterThan(1);
  });

  test("the default probabilities name every fault and leave most requests alone", () => {
    expect(Object.values(EVERY_FAULT).every((probability) => probability > 0)).toBe(true);
    expect(Object.values(EVERY_FAULT).reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(0.2);
  });

  test("take probabilities whose decimal fractions sum up to 1", () => {
    const faults = { "lose-request": 0.33, "lose-reply": 0.56, delay: 0.11 };
    expect(0.33 + 0.56 + 0.11).toBeGreaterThan(1);
    expect(parseOptions({ seed: 1, faults }).faults).toEqual(faults);
  });

  test.each<[unknown, string]>([
    [null, "options is null; pass an object with seed, faults, operations, delayMs."],
    [{ sed: 1 }, 'options has the unknown key "sed"; known are seed, faults, operations, delayMs.'],
    [{ seed: 0.5 }, "options.seed is 0.5; pass a whole number."],
    [{ seed: "7" }, 'options.seed is "7"; pass a whole number.'],
    [{ faults: { delay: 1.5 } }, 'options.faults["delay"] is 1.5; pass a probability from 0 to 1.'],
    [{ faults: { delay: -0.1 } }, 'options.faults["delay"] is -0.1; pass a probability from 0 to 1.'],
    [{ faults: { delay: Number.NaN } }, 'options.faults["delay"] is NaN; pass a probability from 0 to 1.'],
    [{ faults: { delay: "1" } }, 'options.faults["delay"] is "1"; pass a probability from 0 to 1.'],
    [
      { faults: { delay: 0.75, throttle: 0.5 } },
      "The sum of options.faults is 1.25; lower some of them, since a request meets at most one.",
    ],
    [{ faults: { lost: 0.1 } }, `options.faults has the unknown key "lost"; known are ${FAULTS.join(", ")}.`],
    [{ faults: 0.1 }, `options.faults is 0.1; pass an object with ${FAULTS.join(", ")}.`],
    [
      { operations: "UpdateItem" },
      'options.operations is "UpdateItem"; pass an array such as ["UpdateItem"].',
    ],
    [
      { operations: ["UpdateItem", "updateItem"] },
      'options.operations[1] is "updateItem"; pass its name as DynamoDB writes it, such as "UpdateItem".',
    ],
    [{ delayMs: 100 }, "options.delayMs is 100; pass an object with min, max."],
    [
      { delayMs: { min: 100 } },
      "options.delayMs.max is undefined; pass milliseconds from 100 to 2147483647.",
    ],
    [
      { delayMs: { min: 100, max: 99 } },
      "options.delayMs.max is 99; pass milliseconds from 100 to 2147483647.",
    ],
    [{ delayMs: { min: -1, max: 99 } }, "options.delayMs.min is -1; pass milliseconds from 0 to 2147483647."],
    [
      { delayMs: { min: 0, max: 2 ** 31 } },
      "options.delayMs.max is 2147483648; pass milliseconds from 0 to 2147483647.",
    ],
  ])("refuse %j", (options, message) => {
    // A caller without types may pass anything.
    expect(() => parseOptions(options as FaultyNetworkOptions)).toThrow(new TypeError(message));
  });

  test("name every fault once", () => {
    expect(new Set<Fault>(FAULTS).size).toBe(11);
  });
});
