import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { increment, isCounterError, transfer } from "@durable-counter/core";
import { describe, expect, test } from "vitest";
import { crashable } from "../crashes/crashable.ts";
import { exploreCrashes } from "../crashes/explore-crashes.ts";
import { MemoryCounterStore } from "./memory-counter-store.ts";

const account = { from: "alice", to: "bob", limits: { min: 0 } };

/** A durable function that moves 30 and then 50, each in a step with a key from the execution's ARN and the step's name. */
function createHandler(withKey: boolean) {
  let memory = new MemoryCounterStore();
  const store = crashable(
    { applyAll: (...args: Parameters<MemoryCounterStore["applyAll"]>) => memory.applyAll(...args) },
    "store",
  );
  const handler = withDurableExecution(async (_event, context) => {
    const arn = context.executionContext.durableExecutionArn;
    const move = (name: string, amount: number) =>
      context.step(name, async () => {
        const key = withKey ? { idempotencyKey: `${arn}/${name}`, callerId: arn } : {};
        try {
          return (await transfer(store, { ...account, amount, ...key })).from;
        } catch (error) {
          if (isCounterError(error, "limit-exceeded")) return "refused";
          throw error;
        }
      });
    return [await move("first", 30), await move("second", 50)];
  });
  return {
    handler,
    fill: async (credits: number) => {
      memory = new MemoryCounterStore();
      await memory.apply({ id: "alice", commands: [increment(credits)] });
    },
    values: async () => [await memory.get("alice"), await memory.get("bob")],
  };
}

describe("a transfer inside a durable step", () => {
  test.each([
    { credits: 100, result: [70, 20], values: [20, 80] },
    { credits: 60, result: [30, "refused"], values: [30, 30] },
  ])(
    "of $credits credits moves each amount once, wherever the process dies twice",
    async ({ credits, result, values }) => {
      const rig = createHandler(true);
      const { failures, unreached, points } = await exploreCrashes(rig.handler, {
        crashes: 2,
        beforeEach: () => rig.fill(credits),
        check: async (simulation) => {
          expect(simulation.result).toEqual(result);
          expect(await rig.values()).toEqual(values);
        },
      });
      expect({ failures: failures.map(({ message }) => message), unreached, points }).toEqual({
        failures: [],
        unreached: 0,
        points: 10,
      });
    },
  );

  test("moves an amount twice if it has no key, which shows that the crashes are real", async () => {
    const rig = createHandler(false);
    const { failures } = await exploreCrashes(rig.handler, {
      beforeEach: () => rig.fill(1_000),
      check: async () => expect(await rig.values()).toEqual([920, 80]),
    });
    expect(failures.length).toBeGreaterThan(0);
  });
});
