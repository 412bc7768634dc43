import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { decrement, increment, set, type CounterWindow } from "@durable-counter/core";
import { crashable, MemoryCounterStore } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { failuresOf } from "./crash-proof.fixture.ts";
import { createCounterHandler, durableCounter } from "./index.ts";
import { withApply } from "./with-apply.fixture.ts";

const HOUR = 3_600_000;
const id = "cart-7";
const window: CounterWindow = {
  name: "hour",
  at: (ms) => {
    const startsAt = Math.floor(ms / HOUR) * HOUR;
    return { startsAt, endsAt: startsAt + HOUR };
  },
};

/** A store whose clock moves on with each call, so that most attempts come in another window than the one before. */
function storeInHaste() {
  const start = 490_000 * HOUR;
  let now = start;
  let store = new MemoryCounterStore({ window, now: () => now });
  return {
    store: crashable(
      withApply(
        (request, forward) => {
          now += 0.7 * HOUR;
          return forward(request);
        },
        () => store,
      ),
      "store",
    ),
    empty: () => {
      now = start;
      store = new MemoryCounterStore({ window, now: () => now });
    },
    /** The value of every window that is not empty. */
    values: async () => {
      const values: number[] = [];
      for (now = start; now < start + 100 * HOUR; now += HOUR) values.push(await store.get(id));
      return values.filter((value) => value !== 0);
    },
  };
}

describe("wherever it crashes, and in whatever window its attempts come, a durable function with windows", () => {
  test.each([1, 2] as const)("counts each operation once, in one window: %d crashes", async (crashes) => {
    const at = storeInHaste();
    const handler = withDurableExecution(async (_event, context) => {
      const counter = durableCounter(context, { store: at.store, id });
      await counter.increment(1);
      const { value, resetsAt } = await counter.batch([increment(15), decrement(5)]);
      return { value, resetsAt };
    });
    const failures = await failuresOf(handler, {
      crashes,
      compare: "none",
      beforeEach: at.empty,
      check: async ({ status }) => {
        expect(status).toBe("SUCCEEDED");
        const values = await at.values();
        expect(values.reduce((sum, value) => sum + value, 0)).toBe(11);
      },
    });
    expect(failures).toEqual([]);
  });

  test.each(["command", "batch"] as const)(
    "counts an event in the window in which it was issued, with the same result: a step per %s",
    async (steps) => {
      const at = storeInHaste();
      const limits = { max: 20 };
      const handler = createCounterHandler({ store: at.store, steps, limits });
      const issuedAt = 490_003 * HOUR - 1;
      const commands = [increment(5), set(7), decrement(3)];
      const failures = await failuresOf(handler, {
        payload: { counterId: id, commands, idempotencyKey: "order-1", issuedAt },
        crashes: 1,
        beforeEach: at.empty,
        check: async ({ result }) => {
          expect(result).toMatchObject({ value: 4, resetsAt: issuedAt + 1, remaining: 16 });
          expect(await at.values()).toEqual([4]);
        },
      });
      expect(failures).toEqual([]);
    },
  );
});
