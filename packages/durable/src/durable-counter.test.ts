import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import {
  decrement,
  get,
  increment,
  isCounterError,
  type ApplyRequest,
  type CounterStore,
} from "@durable-counter/core";
import { FakeContext, flaky, MemoryCounterStore, simulate } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { durableCounter, type SharedCounterOptions } from "./index.ts";
import { useLocalRunner } from "./run-locally.fixture.ts";

const runLocally = useLocalRunner();
const run = (handler: (context: DurableContext) => Promise<unknown>) =>
  runLocally(withDurableExecution((_event: unknown, context) => handler(context)));

type Handler = (context: DurableContext) => Promise<unknown>;

const withApply = (store: CounterStore, apply: CounterStore["apply"]): CounterStore => ({
  apply,
  get: (id, options) => store.get(id, options),
  delete: (id) => store.delete(id),
  list: () => store.list(),
});

describe("a counter in the execution", () => {
  test("makes every operation one durable step, named by counter, sequence and type", async () => {
    const { result, operations } = await run(async (context) => {
      const counter = durableCounter(context);
      return [
        await counter.increment(5),
        await counter.decrement(),
        await counter.get(),
        await counter.batch([increment(), get()]),
      ];
    });
    const batch = {
      value: 5,
      results: [
        { type: "increment", before: 4, after: 5 },
        { type: "get", before: 5, after: 5 },
      ],
    };
    expect(result).toEqual([5, 4, 4, batch]);
    expect(operations).toEqual([
      { name: "counter/0/increment", status: "SUCCEEDED", result: 5 },
      { name: "counter/1/decrement", status: "SUCCEEDED", result: 4 },
      { name: "counter/2/get", status: "SUCCEEDED", result: 4 },
      { name: "counter/3/batch", status: "SUCCEEDED", result: batch },
    ]);
  });

  test("carries its value through checkpoint and replay, wherever the function starts over", async () => {
    const handler = withDurableExecution(async (_event: unknown, context) => {
      const counter = durableCounter(context, { initial: 10 });
      await counter.increment(5);
      await context.wait({ hours: 1 });
      await counter.batch([decrement(3), get()]);
      return counter.get();
    });
    const { result, invocations } = await simulate(handler, { replay: "always" });
    expect(result).toBe(12);
    expect(invocations).toBe(5);
  });

  test("carries its value over waits", async () => {
    const { result } = await run(async (context) => {
      const counter = durableCounter(context, { initial: 10 });
      await counter.increment(5);
      await context.wait({ hours: 1 });
      await counter.decrement(3);
      await context.wait({ hours: 1 });
      return counter.get();
    });
    expect(result).toBe(12);
  });

  test("runs concurrent calls one after another, in call order", async () => {
    const { result, names } = await run(async (context) => {
      const counter = durableCounter(context, { limits: { min: 0, max: 10 } });
      return Promise.all([
        counter.increment(10),
        counter.decrement(4),
        counter.batch([increment(4), decrement(10)]),
        counter.get(),
      ]);
    });
    expect(result).toEqual([10, 6, expect.objectContaining({ value: 0 }), 0]);
    expect(names).toEqual(["counter/0/increment", "counter/1/decrement", "counter/2/batch", "counter/3/get"]);
  });

  test("keeps its operations in place beside others that run at the same time", async () => {
    const handler = async (context: DurableContext) => {
      const [a, b] = [durableCounter(context, { name: "a" }), durableCounter(context, { name: "b" })];
      const both = [a.increment(1), b.increment(10), a.increment(2), b.increment(20)];
      await context.wait({ seconds: 5 });
      return Promise.all([...both, context.step("other", async () => "done"), a.get(), b.get()]);
    };
    const first = await run(handler);
    expect(first.result).toEqual([1, 10, 3, 30, "done", 3, 30]);
    expect(first.names).toEqual([
      "a/0/increment",
      "b/0/increment",
      "a/1/increment",
      "b/1/increment",
      undefined,
      "other",
      "a/2/get",
      "b/2/get",
    ]);
  });

  test("gives two counters of one context different names", async () => {
    const { names } = await run(async (context) => {
      await durableCounter(context).increment();
      await durableCounter(context).increment();
      await durableCounter(context, { name: "counter-2" }).increment();
    });
    expect(names).toEqual(["counter/0/increment", "counter-2/0/increment", "counter-2-2/0/increment"]);
  });

  test("rejects a decrement below the minimum at once, and counts on from where it was", async () => {
    const { result, operations } = await run(async (context) => {
      const counter = durableCounter(context, { name: "stock", limits: { min: 0 }, initial: 3 });
      const error: unknown = await counter.decrement(5).catch((thrown: unknown) => thrown);
      if (!isCounterError(error, "limit-exceeded")) throw error;
      return { message: error.message, details: error.details, value: await counter.decrement(2) };
    });
    expect(result).toEqual({
      message: 'Counter "stock" is at 3 and would fall to -2; its minimum is 0. [limit-exceeded]',
      details: { value: 3, limit: 0 },
      value: 1,
    });
    expect(operations.map(({ status }) => status)).toEqual(["FAILED", "SUCCEEDED"]);
  });

  test("tells the same error from a step and out of child contexts", async () => {
    const { result } = await run(async (context) => {
      const nested = context.runInChildContext("outer", (outer) =>
        outer.runInChildContext("inner", (inner) =>
          durableCounter(inner, { limits: { max: 3 } }).increment(4),
        ),
      );
      const direct = durableCounter(context, { limits: { max: 3 } }).increment(4);
      const seen: unknown[] = [];
      for (const promise of [nested, direct]) {
        const error: unknown = await promise.catch((thrown: unknown) => thrown);
        seen.push(isCounterError(error, "limit-exceeded") && [error.code, error.retryable, error.details]);
      }
      return seen;
    });
    expect(result).toEqual(
      Array.from({ length: 2 }, () => ["limit-exceeded", false, { value: 0, limit: 3 }]),
    );
  });

  test("refuses an amount before it makes a step", async () => {
    const { result, operations } = await run(async (context) =>
      durableCounter(context)
        .increment(-1)
        .catch((error: unknown) => (error as Error).message),
    );
    expect(result).toBe(
      "increment.amount is -1; pass a whole number from 0 to 9007199254740991. [invalid-input]",
    );
    expect(operations).toEqual([]);
  });

  test("lets a rejection wait until somebody comes to await it", async () => {
    const { result } = await run(async (context) => {
      const counter = durableCounter(context, { limits: { min: 0 } });
      const refused = counter.decrement();
      await context.wait({ seconds: 1 });
      return refused.catch((error: unknown) => isCounterError(error, "limit-exceeded"));
    });
    expect(result).toBe(true);
  });

  test.each<[string, (handler: Handler) => Promise<unknown>]>([
    ["under AWS's runner", async (handler) => (await run(handler)).names],
    [
      "on a fake",
      async (handler) => {
        const context = new FakeContext();
        await handler(context);
        return context.operations.map(({ name }) => name);
      },
    ],
  ])("has a name of its own behind a proxy, too, %s", async (_, namesOf) => {
    const names = await namesOf(async (context) => {
      await durableCounter(context).increment();
      const traced = new Proxy(context, {
        get: (target, key): unknown => {
          const member: unknown = Reflect.get(target, key, target);
          return typeof member === "function" ? member.bind(target) : member;
        },
      });
      await durableCounter(traced).increment();
    });
    expect(names).toEqual(["counter/0/increment", "counter-2/0/increment"]);
  });

  test("is deterministic over repeated executions", async () => {
    const handler = async (context: DurableContext) => {
      const counter = durableCounter(context, { limits: { min: 0, max: 8 } });
      const results = [await counter.batch([increment(3), increment(4), get()]), await counter.decrement(6)];
      await context.wait({ minutes: 1 });
      return [...results, await counter.increment(7), await counter.get()];
    };
    const executions = [await run(handler), await run(handler), await run(handler)];
    expect(
      new Set(executions.map(({ result, operations }) => JSON.stringify({ result, operations }))).size,
    ).toBe(1);
    expect(executions[0]?.result?.slice(1)).toEqual([1, 8, 8]);
  });
});

describe("a counter in a store", () => {
  test("counts once where a step fails twice and then succeeds", async () => {
    const store = new MemoryCounterStore();
    const failing = flaky((request: ApplyRequest) => store.apply(request), { failures: 2 });
    let attempts = 0;
    const unsteady = withApply(store, (request) => {
      attempts++;
      return failing(request);
    });
    const { result } = await run((context) =>
      durableCounter(context, { store: unsteady, id: "cart-7" }).increment(5),
    );
    expect(result).toBe(5);
    expect(await store.get("cart-7")).toBe(5);
    expect(attempts).toBe(3);
  });

  test("counts once where the write lands but its reply is lost, twice", async () => {
    const store = new MemoryCounterStore();
    let lost = 0;
    const losing = withApply(store, async (request) => {
      const receipt = await store.apply(request);
      if (lost++ < 2) throw new Error("socket hang up");
      return receipt;
    });
    const { result } = await run(async (context) => {
      const counter = durableCounter(context, { store: losing, id: "cart-7" });
      return [await counter.increment(5), await counter.decrement(2)];
    });
    expect(result).toEqual([5, 3]);
    expect(lost).toBe(4);
    expect(await store.get("cart-7")).toBe(3);
  });

  test("derives every operation's idempotencyKey from its position: branches, children and counters never share one", async () => {
    const keys: (string | undefined)[] = [];
    const store = new MemoryCounterStore();
    const listening = withApply(store, (request) => {
      keys.push(request.idempotencyKey);
      return store.apply(request);
    });
    const { result } = await run(async (context) => {
      const count = (where: DurableContext) =>
        durableCounter(where, { store: listening, id: "hits" }).increment();
      await count(context);
      await count(context);
      await context.map([1, 2, 3], (branch) => count(branch));
      await context.parallel([count, async (branch) => branch.runInChildContext(count)]);
      await context.map([1, 2], (branch) => count(branch), { nesting: "FLAT" as never });
      return durableCounter(context, { store: listening, id: "hits" }).get();
    });
    expect(result).toBe(9);
    expect(keys).toHaveLength(10);
    expect(keys.at(-1)).toBeUndefined();
    expect(new Set(keys).size).toBe(10);
  });

  test("shares its value with every execution, and rejects beyond its limits across them", async () => {
    const store = new MemoryCounterStore();
    const take = () =>
      run((context) =>
        durableCounter(context, { store, id: "stock", initial: 2, limits: { min: 0 } }).decrement(),
      );
    expect([(await take()).result, (await take()).result]).toEqual([1, 0]);
    const { error } = await take();
    expect(isCounterError(error, "limit-exceeded")).toBe(true);
    expect(await store.get("stock")).toBe(0);
  });

  test("counts a request that is delivered twice once, by its own idempotency key", async () => {
    const store = new MemoryCounterStore();
    const deliver = () =>
      run(async (context) => {
        const counter = durableCounter(context, { store, id: "cart-7", idempotencyKey: "request-1" });
        return [await counter.increment(5), await counter.increment(5)];
      });
    expect([(await deliver()).result, (await deliver()).result]).toEqual([
      [5, 10],
      [5, 10],
    ]);
    expect(await store.get("cart-7")).toBe(10);
  });

  test("tells the store since when its idempotency key may have been sent, with every operation", async () => {
    const told: unknown[] = [];
    const store = new MemoryCounterStore();
    const listening = withApply(store, (request) => {
      told.push(request.issuedAt);
      return store.apply(request);
    });
    const context = new FakeContext();
    const of = { store: listening, id: "cart-7" };
    const counter = durableCounter(context, {
      ...of,
      idempotencyKey: "request-1",
      issuedAt: 1_767_225_600_000,
    });
    await counter.increment();
    await counter.get();
    // A idempotency key of the execution's own is as old as the execution: nobody says when it was first sent.
    await durableCounter(context, of).increment();
    expect(told).toEqual([1_767_225_600_000, 1_767_225_600_000, undefined]);
  });
});

test.each([
  [{ name: "" }, 'options.name is ""; pass 1 to 200 printable ASCII characters'],
  [{ name: "ä" }, 'options.name is "ä"; pass 1 to 200 printable ASCII characters'],
  [{ id: "a" }, 'options is {"id":"a"}; pass "store" and "id" together'],
  [{ idempotencyKey: "t" }, 'pass "idempotencyKey" only with a "store"'],
  [{ store: new MemoryCounterStore(), id: "a", issuedAt: 5 }, 'pass "issuedAt" only with a "idempotencyKey"'],
  [
    { store: new MemoryCounterStore(), id: "a", idempotencyKey: "t", issuedAt: "now" },
    'options.issuedAt is "now"; pass',
  ],
  [{ store: {}, id: "a" }, "options.store is {}; pass a CounterStore"],
  [{ store: () => 1, id: "a" }, "options.store is a function; pass a CounterStore"],
  [{ limit: { min: 0 } }, 'options has the unknown key "limit"; pass only'],
  [{ limits: { min: 1 }, initial: 0 }, 'let "initial" lie within "limits"'],
])("options that cannot be are refused: %j", async (options, message) => {
  const { error } = await run(async (context) => {
    // The options are wrong on purpose.
    durableCounter(context, options as SharedCounterOptions);
  });
  expect(error?.errorMessage).toContain(message);
});

test("a context that does not tell its position is refused before any operation", () => {
  const unknown = { executionContext: { durableExecutionArn: "arn" } } as DurableContext;
  const make = () => durableCounter(unknown, { store: new MemoryCounterStore(), id: "cart-7" });
  expect(make).toThrow(/does not tell its position.*peer range of @durable-counter\/durable/u);
});
