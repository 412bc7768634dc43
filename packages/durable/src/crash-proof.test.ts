import {
  withDurableExecution,
  type DurableContext,
  type DurableLambdaHandler,
} from "@aws/durable-execution-sdk-js";
import { decrement, get, increment, type CounterStore } from "@durable-counter/core";
import { crashable, exploreCrashes, MemoryCounterStore } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { createCounterHandler, durableCounter } from "./index.ts";

/** A store that can be emptied and that processes can die around. */
function crashableStore() {
  let store = new MemoryCounterStore();
  const port: CounterStore = {
    apply: (request) => store.apply(request),
    get: (id, options) => store.get(id, options),
    delete: (id) => store.delete(id),
    list: () => store.list(),
  };
  return {
    store: crashable(port, "store"),
    empty: () => {
      store = new MemoryCounterStore();
    },
    value: () => store.get("cart-7"),
  };
}

/** What went wrong; nothing, if the handler is right. */
async function explore(
  handler: DurableLambdaHandler,
  {
    payload,
    crashes,
    at,
    value,
  }: { payload?: unknown; crashes: 1 | 2; at: ReturnType<typeof crashableStore>; value: number },
) {
  const { failures } = await exploreCrashes(handler, {
    payload,
    crashes,
    beforeEach: at.empty,
    check: async () => expect(await at.value()).toBe(value),
  });
  return failures.map(({ message }) => message);
}

const long = [increment(5), decrement(2), get(), increment(4), decrement(6), increment(1)];
const short = [increment(5), decrement(2)];
const refused = [increment(5), decrement(9), increment(1)];

describe.each(["command", "batch"] as const)(
  "whatever point it crashes at, a handler with a step per %s",
  (steps) => {
    test.each([1, 2] as const)("counts once in a store (crashes: %d)", async (crashes) => {
      const at = crashableStore();
      const handler = createCounterHandler({ store: at.store, steps });
      const commands = crashes === 1 ? long : short;
      const payload = { counterId: "cart-7", commands };
      expect(await explore(handler, { payload, crashes, at, value: crashes === 1 ? 2 : 3 })).toEqual([]);
    });

    test("refuses with the same error, and keeps what it says it keeps", async () => {
      const at = crashableStore();
      const handler = createCounterHandler({ store: at.store, steps, limits: { min: 0 } });
      const payload = { counterId: "cart-7", commands: refused };
      expect(await explore(handler, { payload, crashes: 1, at, value: steps === "command" ? 5 : 0 })).toEqual(
        [],
      );
    });

    test("carries its value when the state is in the execution", async () => {
      const payload = { counterId: "cart-7", commands: long };
      expect(
        await explore(createCounterHandler({ steps }), {
          payload,
          crashes: 1,
          at: crashableStore(),
          value: 0,
        }),
      ).toEqual([]);
    });
  },
);

describe("whatever point it crashes at, a function of one's own", () => {
  test("counts once per branch of a map, in parallel and in children", async () => {
    const at = crashableStore();
    const count = (context: DurableContext) =>
      durableCounter(context, { store: at.store, id: "cart-7" }).increment();
    const handler = withDurableExecution(async (_event: unknown, context) => {
      await context.map([1, 2], (branch) => count(branch));
      await context.parallel([count, (branch) => branch.runInChildContext(count)]);
      return Promise.all([count(context), count(context)]).then(() => "done");
    });
    expect(await explore(handler, { crashes: 1, at, value: 6 })).toEqual([]);
  });

  test("keeps call order where calls are concurrent", async () => {
    const at = crashableStore();
    const handler = withDurableExecution(async (_event: unknown, context) => {
      const counter = durableCounter(context, { store: at.store, id: "cart-7", limits: { min: 0, max: 5 } });
      return Promise.all([counter.increment(5), counter.decrement(5), counter.increment(4), counter.get()]);
    });
    expect(await explore(handler, { crashes: 2, at, value: 4 })).toEqual([]);
  });
});
