import { setImmediate as tick } from "node:timers/promises";
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { describe, expect, test } from "vitest";
import { crashable } from "./crashable.ts";
import { exploreCrashes } from "./explore-crashes.ts";
import type { CrashSample } from "./options.ts";
import { simulateWithCrashes, type SimulateWithCrashesOptions } from "./simulate-with-crashes.ts";

/** Counts a payment on every call, so a step that runs twice pays twice. */
function paying() {
  const bank = {
    payments: 0,
    pay: async () => {
      await tick();
      bank.payments++;
    },
  };
  const wrapped = crashable(bank, "bank");
  const handler = withDurableExecution(async (_event: unknown, context) => {
    await context.step("first", () => wrapped.pay());
    await context.step("second", () => wrapped.pay());
    return "paid";
  });
  return { bank, handler };
}

/** Two payments with one key each: safe however often its process dies. */
function payingOnce() {
  const keys = new Set<string>();
  const bank = crashable({ pay: async (key: string) => void keys.add(key) }, "bank");
  const handler = withDurableExecution(async (event: { order: string }, context) => {
    await context.step("first", () => bank.pay(`${event.order}/1`));
    await context.step("second", () => bank.pay(`${event.order}/2`));
    return "paid";
  });
  return { keys, handler };
}

describe("simulateWithCrashes", () => {
  test("gives the same crashes for the same seed", async () => {
    const run = async (seed: number) => {
      const { handler, bank } = paying();
      const { crashes, invocations } = await simulateWithCrashes(handler, { seed, chance: 0.3 });
      return [crashes, invocations, bank.payments];
    };
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    const first = await Promise.all(seeds.map(run));
    const second = await Promise.all(seeds.map(run));
    expect(second).toEqual(first);
    expect(new Set(first.map(String)).size).toBeGreaterThan(5);
  });

  test("invokes the function again after each crash", async () => {
    const { handler } = paying();
    const uncrashed = await simulateWithCrashes(handler, { chance: 0 });
    expect(uncrashed).toMatchObject({ status: "SUCCEEDED", crashes: 0, invocations: 1 });
    const { crashes, invocations } = await simulateWithCrashes(handler, { seed: 3, chance: 0.4 });
    expect(crashes).toBeGreaterThan(0);
    expect(invocations).toBe(1 + crashes);
  });

  test("crashes around the calls of dependencies too, so that a step without a key pays twice", async () => {
    const { handler, bank } = paying();
    for (let seed = 0; seed < 20; seed++) await simulateWithCrashes(handler, { seed, chance: 0.2 });
    expect(bank.payments).toBeGreaterThan(40);
  });

  test("runs many executions at once, each with crashes of its own", async () => {
    const { handler, keys } = payingOnce();
    const simulations = await Promise.all(
      Array.from({ length: 50 }, (_, seed) =>
        simulateWithCrashes(handler, { payload: { order: `order-${seed}` }, seed, chance: 0.2 }),
      ),
    );
    expect(new Set(simulations.map(({ result }) => result))).toEqual(new Set(["paid"]));
    expect(keys.size).toBe(100);
    expect(new Set(simulations.map(({ crashes }) => crashes)).size).toBeGreaterThan(2);
  });

  test("chooses a new seed, and reports it, where none is passed", async () => {
    const { handler } = paying();
    const { seed, crashes } = await simulateWithCrashes(handler, { chance: 0.3 });
    expect((await simulateWithCrashes(handler, { chance: 0.3, seed })).crashes).toBe(crashes);
  });

  test.each<[SimulateWithCrashesOptions, string]>([
    [{ chance: 1 }, "options.chance is 1; pass a number from 0 to below 1."],
    [{ seed: 0.5 }, "options.seed is 0.5; pass a whole number."],
    [{ timeoutMs: 0 }, "options.timeoutMs is 0"],
  ])("refuses %j", async (options, message) => {
    await expect(simulateWithCrashes(paying().handler, options)).rejects.toThrow(message);
  });
});

describe("a random sample of crashes", () => {
  const explore = (crashes: CrashSample | readonly number[]) => {
    const { handler, bank } = paying();
    return exploreCrashes(handler, {
      crashes,
      beforeEach: () => void (bank.payments = 0),
      check: () => expect(bank.payments).toBe(2),
    });
  };

  test("has several crashes per run, the same ones for the same seed", async () => {
    const sample = { runs: 40, seed: 7, chance: 0.25 };
    const { failures, runs, seed } = await explore(sample);
    expect({ runs, seed }).toEqual({ runs: 41, seed: 7 });
    expect(Math.max(...failures.map(({ crashes }) => crashes.length))).toBeGreaterThan(1);
    expect((await explore(sample)).failures).toEqual(failures);
    expect((await explore({ ...sample, seed: 8 })).failures).not.toEqual(failures);
  });

  test("names the seed in each failure, and the points that repeat it alone", async () => {
    const { failures, seed } = await explore({ runs: 20, chance: 0.25 });
    expect(failures.length).toBeGreaterThan(0);
    for (const { crashes, message, problems } of failures) {
      expect(message).toContain(`\nFound by crashes: { runs: 20, seed: ${seed} }.\n`);
      expect((await explore(crashes)).failures).toMatchObject([{ crashes, problems }]);
    }
  });

  test("finds nothing in a function that counts once", async () => {
    const { handler } = payingOnce();
    const payload = { order: "order-1" };
    const { failures } = await exploreCrashes(handler, {
      payload,
      crashes: { runs: 50, seed: 1, chance: 0.3 },
    });
    expect(failures).toEqual([]);
  });

  test.each<[object, string]>([
    [{ runs: 0 }, 'options.crashes is {"runs":0}; pass 1, 2, { runs: 100 }, or a list of points'],
    [{ runs: 1, chance: 2 }, "options.chance is 2; pass a number from 0 to below 1."],
    [{ runs: 1, seed: "x" }, 'options.seed is "x"; pass a whole number.'],
  ])("refuses %j", async (crashes, message) => {
    await expect(explore(crashes as CrashSample)).rejects.toThrow(message);
  });
});
