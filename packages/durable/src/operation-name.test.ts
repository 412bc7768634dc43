import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import {
  decrement,
  get,
  increment,
  storedCounter,
  type Counter,
  type CounterStore,
  type CounterWindow,
} from "@durable-counter/core";
import { calendarWindow } from "@durable-counter/core/windows";
import {
  crashable,
  exploreCrashes,
  FakeContext,
  MemoryCounterStore,
  simulate,
} from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { durableCounter, durableStore } from "./index.ts";
import { runHandler } from "./run-handler.fixture.ts";

type Handler = (context: DurableContext) => Promise<unknown>;

/** As much of a counter as the branches need. */
interface Counted {
  readonly increment: (amount: number) => Promise<unknown>;
}

const [hour, day] = [calendarWindow({ per: "hour" }), calendarWindow({ per: "day" })];

const run = <Result>(handler: (context: DurableContext) => Promise<Result>) =>
  runHandler<Result>(withDurableExecution((_event: unknown, context) => handler(context)));

describe("operation names", () => {
  test.each<[string, (context: DurableContext) => Promise<unknown>]>([
    [
      "one counter",
      async (context) => {
        const counter = durableCounter(context, { store: new MemoryCounterStore(), id: "cart-7" });
        return swapOnReplay(context, counter, counter);
      },
    ],
    [
      "one counter in the execution",
      async (context) => {
        const counter = durableCounter(context);
        return swapOnReplay(context, counter, counter);
      },
    ],
    [
      "two counters of the same name that are created in the branches",
      async (context) => {
        const create = () => durableCounter(context, { name: "same" });
        return swapOnReplay(context, create, create);
      },
    ],
    [
      "two counters with different ids",
      async (context) => {
        const store = new MemoryCounterStore();
        const [a, b] = ["a", "b"].map((id) => durableCounter(context, { store, id }));
        return swapOnReplay(context, a as Counter, b as Counter, 1);
      },
    ],
  ])("let the SDK refuse branches that swap their operations on replay: %s", async (_, body) => {
    const { result, message } = await run(body);
    expect(result).toBeUndefined();
    expect(message).toMatch(/non-deterministic/iu);
  });

  test.each<[string, (context: DurableContext, store: MemoryCounterStore) => Promise<unknown>, number[]]>([
    [
      "one counter",
      async (context, store) => {
        const counter = durableCounter(context, { store, id: "a" });
        return swapOnReplay(context, counter, counter);
      },
      [10],
    ],
    [
      "two counters of one id that are created in the branches",
      async (context, store) => {
        const create = () => durableCounter(context, { store, id: "a" });
        return swapOnReplay(context, create, create);
      },
      [10],
    ],
    [
      "counters of two ids",
      async (context, store) => {
        const [b, a] = ["b", "a"].map((id) => durableCounter(context, { store, id }));
        return swapOnReplay(context, b as Counter, a as Counter, 1);
      },
      [1],
    ],
    [
      "a durable store",
      async (context, store) => {
        const durable = durableStore(context, store);
        const counter = storedCounter(durable, "a");
        return swapOnReplay(context, counter, counter);
      },
      [10],
    ],
    [
      "counters of one id with different windows",
      async (context, store) => {
        const inHours = durableCounter(context, { store, id: "a", window: hour });
        const inDays = durableCounter(context, { store, id: "a", window: day });
        return swapOnReplay(context, inHours, inDays, 1);
      },
      [1],
    ],
  ])("count nothing twice until the SDK has noticed: %s", async (_, body, values) => {
    const store = new MemoryCounterStore();
    const { message } = await run((context) => body(context, store));
    expect(message).toMatch(/non-deterministic/iu);
    expect(values).toContain((await store.get("a")) + (await store.get("a", { window: day })));
  });

  test("count nothing twice in requests of a durable store with different windows, which the SDK cannot tell apart", async () => {
    const store = new MemoryCounterStore();
    await run(async (context) => {
      const durable = durableStore(context, store);
      const inWindow = (window: CounterWindow) => storedCounter(durable, "a", { window });
      return swapOnReplay(context, inWindow(hour), inWindow(day), 1);
    });
    expect(await store.get("a", { window: day })).toBe(1);
  });

  test.each<[string, (store: MemoryCounterStore) => readonly [Counted, Counted]]>([
    [
      "counters of two ids",
      (store) => [storedCounter(store, "b"), storedCounter(store, "a", { window: day })],
    ],
    [
      "counters of one id with different windows",
      (store) => [storedCounter(store, "a", { window: hour }), storedCounter(store, "a", { window: day })],
    ],
    [
      "several counters at once",
      (store) => {
        const both = (...windows: readonly (CounterWindow | undefined)[]) => ({
          increment: async (amount: number) =>
            store.applyAll({
              entries: windows.map((window) => ({ id: "a", commands: [increment(amount)], window })),
            }),
        });
        return [both(undefined, hour), both(undefined, day)];
      },
    ],
  ])("count nothing twice in a durable store that has the key of the event: %s", async (_, counters) => {
    const store = new MemoryCounterStore();
    await run(async (context) => {
      const durable = durableStore(context, store, { idempotencyKey: "order-1" });
      return swapOnReplay(context, ...counters(durable as MemoryCounterStore), 1);
    });
    expect(await store.get("a", { window: day })).toBe(1);
  });

  test("count nothing twice, though counters of two ids have one name, which the SDK cannot tell apart", async () => {
    const store = new MemoryCounterStore();
    await run(async (context) => {
      const create = (id: string) => () => durableCounter(context, { store, id, name: "stock" });
      return swapOnReplay(context, create("b"), create("a"), 1);
    });
    expect(await store.get("a")).toBe(1);
  });

  /** The step is replayed before the wait is, but ended long before it in the first run. */
  async function swapOnReplay(
    context: DurableContext,
    slow: Counted | (() => Counted),
    fast: Counted | (() => Counted),
    fastAmount = 10,
  ) {
    const counterOf = (given: typeof slow) => (typeof given === "function" ? given() : given);
    const slowBranch = async () => {
      await context.wait({ seconds: 3 });
      return counterOf(slow).increment(1);
    };
    const fastBranch = async () => {
      await context.step("a step", async () => 1);
      return counterOf(fast).increment(fastAmount);
    };
    return Promise.all([slowBranch(), fastBranch()]);
  }

  test.each([
    ["cart-7", "cart-7/0/increment(5)"],
    ["page-views/home page", "page-views/home page/0/increment(5)"],
    ["x".repeat(200), `${"x".repeat(200)}/0/increment(5)`],
    ["x".repeat(201), "counter/0/increment(5)"],
    ["Zähler", "counter/0/increment(5)"],
  ])("begin with the id of the counter if it can be an operation name: %s", async (id, name) => {
    const context = new FakeContext();
    await durableCounter(context, { store: new MemoryCounterStore(), id }).increment(5);
    expect(context.operations.map((operation) => operation.name)).toEqual([name]);
  });

  test("fit into 256 characters at their longest, and differ for batches of different commands", async () => {
    const context = new FakeContext();
    const counter = durableCounter(context, { name: "x".repeat(200) });
    await counter.increment(Number.MAX_SAFE_INTEGER);
    await counter.batch([decrement(1), get()]);
    await counter.batch([decrement(2), get()]);
    const [longest = "", first, second] = context.operations.map(({ name }) => name?.slice(200));
    expect(longest).toBe("/0/increment(9007199254740991)");
    expect([first, second]).toEqual([
      expect.stringMatching(/^\/1\/batch\(2:[0-9a-f]{4}\)$/u),
      expect.stringMatching(/^\/2\/batch\(2:[0-9a-f]{4}\)$/u),
    ]);
    expect(first?.slice(-5)).not.toBe(second?.slice(-5));
  });
});

describe("in a context of an SDK without the private field that has its position", () => {
  /** Hides the field, in this context and in those of its children. */
  const withoutField = (context: DurableContext): DurableContext =>
    new Proxy(context, {
      has: (target, key) => key !== "_stepPrefix" && Reflect.has(target, key),
      get: (target, key): unknown => {
        if (key === "_stepPrefix") return undefined;
        const member: unknown = Reflect.get(target, key, target);
        if (typeof member !== "function") return member;
        if (key !== "runInChildContext") return member.bind(target);
        return (body: Handler) => target.runInChildContext((child) => body(withoutField(child)));
      },
    });
  const count = (context: DurableContext, store: CounterStore) =>
    durableCounter(withoutField(context), { store, id: "cart-7", name: "cart" }).increment();

  test("one step per counter and context stores the prefix of its keys, and every operation counts once", async () => {
    const memory = new MemoryCounterStore();
    const store = crashable(memory, "store");
    const handler = withDurableExecution(async (_event: unknown, context) => {
      await count(context, store);
      await context.runInChildContext((child) => count(child, store));
      const counter = durableCounter(withoutField(context), { store, id: "cart-7", name: "cart" });
      return [await counter.increment(), await counter.get()];
    });
    const { failures, points } = await exploreCrashes(handler, {
      compare: "outcome", // the prefixes are random
      beforeEach: () => memory.delete("cart-7"),
      check: async ({ result }) => {
        expect(result).toEqual([3, 3]);
        expect(await memory.get("cart-7")).toBe(3);
      },
    });
    expect(failures.map(({ message }) => message)).toEqual([]);
    expect(points).toBeGreaterThan(20);
    const { operations } = await simulate(handler);
    expect(operations.map(({ name }) => name)).toEqual([
      "cart/key-prefix",
      "cart/0/increment(1)",
      undefined, // the child context
      "cart/key-prefix",
      "cart/0/increment(1)",
      "cart-2/key-prefix",
      "cart-2/0/increment(1)",
      "cart-2/1/get",
    ]);
  });

  test("a key of the request is refused before any operation", () => {
    const options = { store: new MemoryCounterStore(), id: "cart-7", idempotencyKey: "order-1" };
    const context = new FakeContext();
    const make = () => durableCounter(withoutField(context), options);
    expect(make).toThrow(
      /does not have the position of a context.*"idempotencyKey".*Leave it out.*\[misconfigured\]/u,
    );
    expect(context.operations).toEqual([]);
  });

  test("a counter in the execution needs no prefix", async () => {
    const context = new FakeContext();
    expect(await durableCounter(withoutField(context)).increment(5)).toBe(5);
    expect(context.operations.map(({ name }) => name)).toEqual(["counter/0/increment(5)"]);
  });
});
