import { decrement, increment } from "@durable-counter/core";
import { calendarWindow } from "@durable-counter/core/windows";
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
    idempotencyKey: fc.constantFrom("a", "b", "c", "d"),
  }),
);

const MINUTE = 60_000;
const window = calendarWindow({ per: "minute" });

test.each([
  ["of a counter with holds", {}, 1_500],
  ["of a counter with holds and windows", { window }, MINUTE / 4],
])("a store in memory answers as the model %s, whatever time passes", async (_, own, maxMs) => {
  const steps = fc.array(
    fc.tuple(fc.integer({ min: 0, max: maxMs }), asked, fc.option(fc.integer({ min: 0, max: MINUTE }))),
    { maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      let now = 5 * MINUTE;
      const store = new MemoryCounterStore({ ...options, ...own, now: () => now });
      const { history, call } = recordHolds(() => now);
      for (const [ms, input, waited] of all) {
        now += ms;
        // Requests that waited before they arrived belong to an earlier window.
        const isLate = waited !== null && (input.type === "hold" || input.type === "apply");
        await call(store, 1, isLate ? { ...input, issuedAt: now - waited } : input);
      }
      expect(checkLinearizable(history, holdModel({ ...options, ...own }))).toMatchObject({
        linearizable: true,
      });
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
  [
    "a hold that comes back to another window than its own",
    [
      [{ at: 0, type: "hold", holdId: "x", amount: 2, expiresIn: 60 }, 4],
      [{ at: MINUTE, type: "apply", commands: [decrement(1)] }, 5],
      [{ at: MINUTE, type: "release", holdId: "x" }, 7],
    ],
  ],
  [
    "a retry that counts in a second window",
    [
      [{ at: 0, type: "apply", commands: [decrement(1)], idempotencyKey: "a", issuedAt: 0 }, 5],
      [{ at: MINUTE, type: "apply", commands: [decrement(1)], idempotencyKey: "a", issuedAt: 0 }, 5],
      [{ at: MINUTE, type: "get" }, 5],
    ],
  ],
])("the model rejects %s", (_, answers) => {
  const history = answers.map(([input, output], index) => ({
    input,
    output,
    start: 2 * index,
    end: 2 * index + 1,
  }));
  expect(checkLinearizable(history, holdModel({ ...options, window }))).toMatchObject({
    linearizable: false,
  });
});
