import { decrement, increment } from "@durable-counter/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { randomRuns } from "../../../../scripts/test/random.ts";
import { checkLinearizable } from "./check-counter-history.ts";
import { holdModel, type HoldInput, type HoldOutput } from "./hold-model.ts";
import { MemoryCounterStore } from "./memory-counter-store.ts";
import { recordHolds } from "./record-holds.ts";

const options = { initial: 6, limits: { min: 0, max: 8 } };
const holdId = fc.constantFrom("x", "y", "z");
const amount = fc.integer({ min: 1, max: 4 });
const asked = fc.oneof(
  fc.record({ type: fc.constant("hold" as const), holdId, amount, expiresIn: fc.constantFrom(1, 2, 5) }),
  fc.record({ type: fc.constant("commit" as const), holdId, amount: fc.option(amount, { nil: undefined }) }),
  fc.record({ type: fc.constant("release" as const), holdId }),
  fc.record({ type: fc.constantFrom("get" as const, "held" as const) }),
  fc.record({
    type: fc.constant("apply" as const),
    commands: amount.map((n) => [n > 2 ? increment(n) : decrement(n)]),
  }),
);

test("a store in memory answers as the model of a counter with holds, whatever time passes", async () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 1_500 }), asked), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      let now = 0;
      const store = new MemoryCounterStore({ ...options, now: () => now });
      const { history, call } = recordHolds(() => now);
      for (const [ms, input] of all) {
        now += ms;
        await call(store, 1, input);
      }
      expect(checkLinearizable(history, holdModel(options))).toMatchObject({ linearizable: true });
    }),
    { numRuns: randomRuns(200) },
  );
});

test.each<[string, readonly (readonly [HoldInput, HoldOutput])[]]>([
  [
    "a commit after the hold has expired",
    [
      [{ at: 0, type: "hold", holdId: "x", amount: 2, expiresIn: 1 }, 4],
      [{ at: 1_000, type: "commit", holdId: "x" }, 4],
    ],
  ],
  [
    "a value without what has expired",
    [
      [{ at: 0, type: "hold", holdId: "x", amount: 2, expiresIn: 1 }, 4],
      [{ at: 1_000, type: "get" }, 4],
    ],
  ],
  [
    "a release that gives back twice",
    [
      [{ at: 0, type: "hold", holdId: "x", amount: 2, expiresIn: 1 }, 4],
      [{ at: 1, type: "release", holdId: "x" }, 6],
      [{ at: 2, type: "release", holdId: "x" }, 8],
    ],
  ],
  [
    "a hold that is still counted after its commit",
    [
      [{ at: 0, type: "hold", holdId: "x", amount: 2, expiresIn: 1 }, 4],
      [{ at: 1, type: "commit", holdId: "x" }, 4],
      [{ at: 2, type: "held" }, 2],
    ],
  ],
])("the model rejects %s", (_, answers) => {
  const history = answers.map(([input, output], index) => ({
    input,
    output,
    start: 2 * index,
    end: 2 * index + 1,
  }));
  expect(checkLinearizable(history, holdModel(options))).toMatchObject({ linearizable: false });
});
