import {
  applyEntries,
  decrement,
  get,
  increment,
  isCounterError,
  set,
  type ApplyAllEntry,
  type ApplyAllResult,
} from "@durable-counter/core";
import { checkLinearizable, type HistoryOperation, type SequentialModel } from "@durable-counter/testing";
import { EVERY_FAULT } from "@durable-counter/testing/dynamodb";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../scripts/test/random.ts";
import { createSimulation, withTransactions } from "./simulated.fixture.ts";

type Entries = readonly ApplyAllEntry[];
type Output = ApplyAllResult["results"] | "limit-exceeded";
type Values = Readonly<Record<string, number>>;

/** Several counters as one object: its state has the value of each. */
const model: SequentialModel<Values, Entries, Output> = {
  initial: {},
  apply: (state, entries) => {
    try {
      const output = applyEntries(
        entries.map(({ id }) => state[id] ?? 0),
        entries,
      );
      const written = entries.map(({ id }, index) => [id, output[index]?.value ?? 0]);
      return { state: { ...state, ...Object.fromEntries(written) }, output };
    } catch {
      return { state, output: "limit-exceeded" };
    }
  },
};

const command = fc.oneof(
  fc.integer({ min: 1, max: 4 }).map(increment),
  fc.integer({ min: 1, max: 4 }).map(decrement),
  fc.constant(get()),
  fc.integer({ min: -2, max: 4 }).map(set),
);
const entry: fc.Arbitrary<ApplyAllEntry> = fc.record({
  id: fc.constantFrom("a", "b", "c"),
  commands: fc.array(command, { minLength: 1, maxLength: 2 }),
  limits: fc.constantFrom({}, { min: -3 }, { max: 5, onLimit: "clamp" as const }),
});
const entriesOfOne = fc.uniqueArray(entry, { selector: ({ id }) => id, minLength: 1, maxLength: 3 });
const programs = fc.array(fc.array(entriesOfOne, { minLength: 1, maxLength: 4 }), {
  minLength: 2,
  maxLength: 3,
});

describe.each(withTransactions)("several counters on $engine", ({ transactions }) => {
  test.each(["auto", "separate-item"] as const)(
    "are one linearizable object, through a network with every fault, strategy %s",
    async (strategy) => {
      const property = fc.asyncProperty(programs, fc.nat(), async (processes, seed) => {
        const { createStore, network } = await createSimulation({ transactions, seed, faults: EVERY_FAULT });
        const history: HistoryOperation<Entries, Output>[] = [];
        let now = 0;
        const run = async (requests: readonly Entries[], process: number) => {
          const store = createStore({ idempotency: { strategy }, clientOptions: { maxAttempts: 2 } });
          for (const [index, entries] of requests.entries()) {
            const [start, keyed] = [
              (now += 1),
              { idempotencyKey: `${process}-${index}`, callerId: `${process}` },
            ];
            const [first] = entries;
            // A batch for one counter is sent alone half of the time: both ways to write meet.
            const isAlone = entries.length === 1 && first !== undefined && index % 2 === 0;
            const output = await answered(async () => {
              if (!isAlone) return (await store.applyAll({ entries, ...keyed })).results;
              const { value, results } = await store.apply({ ...first, ...keyed });
              return [{ value, results }];
            });
            history.push({ process, input: entries, output, outcome: "ok", start, end: (now += 1) });
          }
        };
        await Promise.all(processes.map(run));
        await network.drain();
        expect(checkLinearizable(history, model)).toMatchObject({ linearizable: true });
      });
      await fc.assert(property, { numRuns: randomRuns(12) });
    },
  );

  test("are not, if a value is wrong by one, which shows that the check can fail", () => {
    const input: Entries = [{ id: "a", commands: [increment(1)] }];
    const once = { input, output: applyEntries([0], input), outcome: "ok" } as const;
    const history: HistoryOperation<Entries, Output>[] = [
      { ...once, start: 1, end: 2 },
      { ...once, start: 3, end: 4 },
    ];
    expect(checkLinearizable(history, model)).toMatchObject({ linearizable: false });
  });
});

/** Asks again with the same key until there is an answer. */
async function answered(ask: () => Promise<ApplyAllResult["results"]>): Promise<Output> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (isCounterError(error, "limit-exceeded")) return "limit-exceeded";
      if (!isCounterError(error) || !error.retryable) throw error;
    }
  }
}
