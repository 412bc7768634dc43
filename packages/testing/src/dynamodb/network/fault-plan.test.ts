import { assert, constantFrom, integer, property, array, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { planFaults, type FaultPlan } from "./fault-plan.ts";
import { canMeet, FAULTS, EVERY_FAULT, type Fault } from "./fault.ts";

const SEED = integer();
const ODDS = array(integer({ min: 0, max: 10 }), { minLength: FAULTS.length, maxLength: FAULTS.length }).map(
  (weights) => {
    const whole = Math.max(1, 2 * weights.reduce((sum, weight) => sum + weight, 0));
    return Object.fromEntries(FAULTS.map((fault, index) => [fault, (weights[index] ?? 0) / whole]));
  },
);
const OPERATIONS = array(constantFrom("UpdateItem", "GetItem", "TransactWriteItems"), { maxLength: 50 });

const drawAll = (plan: FaultPlan, operations: readonly string[]) =>
  operations.map((operation) => plan.draw(operation));
const times = (count: number, operation: string) => Array.from({ length: count }, () => operation);

describe("planFaults", () => {
  test("draws the same for the same seed", () => {
    assert(
      property(record({ seed: SEED, faults: ODDS }), OPERATIONS, (odds, operations) => {
        expect(drawAll(planFaults(odds), operations)).toEqual(drawAll(planFaults(odds), operations));
      }),
    );
  });

  test("draws differently for another seed", () => {
    const runs = [0, 1, 2, -1, 2 ** 31].map((seed) =>
      JSON.stringify(drawAll(planFaults({ seed, faults: EVERY_FAULT }), times(100, "UpdateItem"))),
    );
    expect(new Set(runs).size).toBe(runs.length);
  });

  test("draws each fault as often as it is probable", () => {
    const requests = 200_000;
    const drawn = drawAll(planFaults({ seed: 1, faults: EVERY_FAULT }), times(requests, "UpdateItem"));
    for (const fault of FAULTS) {
      const share = drawn.filter((planned) => planned?.fault === fault).length / requests;
      const sigma = Math.sqrt((EVERY_FAULT[fault] * (1 - EVERY_FAULT[fault])) / requests);
      expect(Math.abs(share - EVERY_FAULT[fault])).toBeLessThan(4 * sigma);
    }
  });

  test.each(FAULTS)("draws only %s if its probability is 1, with any chance", (fault) => {
    const drawn = drawAll(planFaults({ seed: 7, faults: { [fault]: 1 } }), times(1000, "UpdateItem"));
    expect(new Set(drawn.map((planned) => planned?.fault))).toEqual(new Set([fault]));
    const chances = drawn.map((planned) => planned?.chance ?? Number.NaN);
    expect(Math.min(...chances)).toBeLessThan(0.01);
    expect(Math.max(...chances)).toBeGreaterThan(0.99);
  });

  test("the fault of the nth request does not depend on requests for which no fault is drawn", () => {
    assert(
      property(record({ seed: SEED, faults: ODDS }), OPERATIONS, (odds, between) => {
        const operations = ["UpdateItem"];
        const alone = drawAll(planFaults({ ...odds, operations }), times(between.length + 1, "UpdateItem"));
        const plan = planFaults({ ...odds, operations });
        const mixed = between.flatMap((other) => {
          if (other !== "UpdateItem") expect(plan.draw(other)).toBeUndefined();
          plan.injectNext("reset-after");
          expect(plan.draw("UpdateItem")?.fault).toBe("reset-after");
          return [plan.draw("UpdateItem")];
        });
        expect(mixed).toEqual(alone.slice(0, between.length));
      }),
    );
  });

  test("the same requests meet a fault, however probable the faults after it are", () => {
    const meets = (faults: Partial<Record<Fault, number>>) =>
      drawAll(planFaults({ seed: 9, faults }), times(1000, "UpdateItem")).map(
        (planned) => planned?.fault === "lose-request" && planned,
      );
    expect(meets({ "lose-request": 0.3 })).toEqual(meets({ "lose-request": 0.3, throttle: 0.3, delay: 0.1 }));
  });

  test("no operation meets a fault that is impossible for it", () => {
    assert(
      property(record({ seed: SEED, faults: ODDS }), OPERATIONS, (odds, operations) => {
        const drawn = drawAll(planFaults(odds), operations);
        for (const [index, planned] of drawn.entries()) {
          if (planned !== undefined) expect(canMeet(operations[index] ?? "", planned.fault)).toBe(true);
        }
      }),
    );
    expect(planFaults({ seed: 1, faults: { conflict: 1 } }).draw("GetItem")).toBeUndefined();
  });

  test("each injected fault happens once, in turn, to the first request that can meet it", () => {
    const plan = planFaults({ seed: 1, faults: {} });
    plan.injectNext("conflict");
    plan.injectNext("cut-reply", "UpdateItem");
    plan.injectNext("throttle");
    const operations = ["GetItem", "GetItem", "UpdateItem", "UpdateItem", "UpdateItem"];
    const expected: (Fault | undefined)[] = ["throttle", undefined, "conflict", "cut-reply", undefined];
    expect(drawAll(plan, operations).map((planned) => planned?.fault)).toEqual(expected);
  });

  test("once faults are disabled, only those that are injected afterwards happen", () => {
    const plan = planFaults({ seed: 1, faults: { throttle: 1 } });
    plan.injectNext("reset-before");
    plan.disableFaults();
    expect(plan.draw("UpdateItem")).toBeUndefined();
    plan.injectNext("reset-before");
    expect(plan.draw("UpdateItem")?.fault).toBe("reset-before");
    expect(plan.draw("UpdateItem")).toBeUndefined();
  });
});
