import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { increment, set, type Command } from "@durable-counter/core";
import { describe, expect, test } from "vitest";
import { exploreInterleavings } from "../interleavings/explore-interleavings.ts";
import { Register } from "../interleavings/register.fixture.ts";
import { simulate } from "../simulator/simulate.ts";
import { checkLinearizable } from "./check-counter-history.ts";
import { MemoryCounterStore } from "./memory-counter-store.ts";
import { recordHistory } from "./record-history.ts";

describe("durable functions", () => {
  /** Each run is an execution of its own, with keys of its own. */
  const names = ["first", "second"];

  test("that use an idempotency key are linearizable in every interleaving", async () => {
    const exploration = await exploreInterleavings(async ({ wrap, run }) => {
      const store = recordHistory(wrap(new MemoryCounterStore(), "store"));
      const handler = withDurableExecution(async (_event, context) => {
        const idempotencyKey = `${context.executionContext.durableExecutionArn}/count`;
        const commands = [increment()];
        await context.step(
          "count",
          async () => (await store.apply({ id: "c", commands, idempotencyKey })).value,
        );
        return context.step("read", () => store.get("c", { consistent: true }));
      });
      const runs = await run(names.map((executionName) => () => simulate(handler, { executionName })));
      expect(runs).toMatchObject([{ status: "SUCCEEDED" }, { status: "SUCCEEDED" }]);
      expect(checkLinearizable(store.history)).toMatchObject({ linearizable: true });
      expect(new Set(store.history.map(({ process }) => process))).toEqual(new Set(["A", "B"]));
      expect(await store.get("c")).toBe(2);
    });
    expect(exploration).toEqual({ schedules: 252, exhaustive: true, failures: [] });
  });

  test("of which one sets a value are linearizable in every interleaving", async () => {
    const exploration = await exploreInterleavings(async ({ wrap, run }) => {
      const store = recordHistory(wrap(new MemoryCounterStore(), "store"));
      const handlerOf = (command: Command) =>
        withDurableExecution(async (_event, context) => {
          const idempotencyKey = `${context.executionContext.durableExecutionArn}/count`;
          const request = { id: "c", commands: [command], idempotencyKey };
          return context.step("count", async () => (await store.apply(request)).value);
        });
      const handlers = [set(7), increment(2)].map(handlerOf);
      await run(handlers.map((handler, n) => () => simulate(handler, { executionName: `execution-${n}` })));
      expect(checkLinearizable(store.history)).toMatchObject({ linearizable: true });
      expect([7, 9]).toContain(await store.get("c"));
    });
    expect(exploration).toEqual({ schedules: 20, exhaustive: true, failures: [] });
  });

  test("that read in one step and write in the next lose updates", async () => {
    const { failures } = await exploreInterleavings(async ({ wrap, run }) => {
      const register = wrap(new Register());
      const handler = withDurableExecution(async (_event, context) => {
        const value = await context.step("read", () => register.get());
        await context.step("write", () => register.set(value + 1));
      });
      await run(names.map((executionName) => () => simulate(handler, { executionName })));
      expect(await register.get()).toBe(2);
    });
    expect(failures).toMatchObject([{ schedule: "2AB" }]);
  });

  test("can suspend or run concurrent steps", async () => {
    const exploration = await exploreInterleavings(async ({ wrap, run }) => {
      const store = wrap(new MemoryCounterStore(), "store");
      const handler = withDurableExecution(async (_event, context) => {
        const count = (name: string) =>
          context.step(name, async () => {
            await store.apply({ id: "c", commands: [increment()], idempotencyKey: name });
          });
        await count("before");
        await context.wait({ hours: 1 });
        await count("after");
      });
      const parallel = withDurableExecution(async (_event, context) => {
        await context.parallel([1, 2].map((branch) => (each) => each.step(async () => branch)));
        await context.step(() => store.get("c"));
      });
      await run([() => simulate(handler), () => simulate(parallel)]);
    });
    expect(exploration).toEqual({ schedules: 56, exhaustive: true, failures: [] });
  });
});
