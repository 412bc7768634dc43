import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { LocalDurableTestRunner } from "@aws/durable-execution-sdk-js-testing";
import {
  CounterError,
  decrement,
  get,
  increment,
  isCounterError,
  type ApplyRequest,
  type Counter,
  type CounterStore,
} from "@durable-counter/core";
import {
  crashable,
  exploreCrashes,
  FakeContext,
  flaky,
  MemoryCounterStore,
  simulate,
} from "@durable-counter/testing";
import { describe, expect, test, vi } from "vitest";
import {
  durableCounter,
  restoreCounterError,
  type CounterLogRecord,
  type SharedCounterOptions,
} from "./index.ts";
import { runHandler } from "./run-handler.fixture.ts";
import { withApply } from "./with-apply.fixture.ts";

type Handler = (context: DurableContext) => Promise<unknown>;

const run = <Result>(handler: (context: DurableContext) => Promise<Result>) =>
  runHandler<Result>(withDurableExecution((_event: unknown, context) => handler(context)));

describe("a counter in the execution", () => {
  test("makes every operation one durable step, named by counter, sequence and effect", async () => {
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
      { name: "counter/0/increment(5)", status: "SUCCEEDED", result: 5 },
      { name: "counter/1/decrement(1)", status: "SUCCEEDED", result: 4 },
      { name: "counter/2/get", status: "SUCCEEDED", result: 4 },
      {
        name: expect.stringMatching(/^counter\/3\/batch\(2:[0-9a-f]{4}\)$/u),
        status: "SUCCEEDED",
        result: batch,
      },
    ]);
  });

  test("does the same under AWS's own local runner", async () => {
    const handler = withDurableExecution(async (_event: unknown, context) => {
      const counter = durableCounter(context, { initial: 10 });
      await counter.increment(5);
      await context.wait({ hours: 1 });
      return [await counter.batch([decrement(3), get()]), await counter.get()];
    });
    const simulation = await runHandler(handler); // before the runner fakes the timers of this process
    await LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });
    try {
      const execution = await new LocalDurableTestRunner({ handlerFunction: handler }).run();
      expect(execution.getResult()).toEqual(simulation.result);
      expect(execution.getOperations().map((operation) => operation.getName())).toEqual(simulation.names);
    } finally {
      await LocalDurableTestRunner.teardownTestEnvironment();
    }
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
    expect(names).toEqual([
      "counter/0/increment(10)",
      "counter/1/decrement(4)",
      expect.stringMatching(/^counter\/2\/batch\(2:[0-9a-f]{4}\)$/u),
      "counter/3/get",
    ]);
  });

  test("keeps the order of its operations beside others that run at the same time", async () => {
    const handler = async (context: DurableContext) => {
      const [a, b] = [durableCounter(context, { name: "a" }), durableCounter(context, { name: "b" })];
      const both = [a.increment(1), b.increment(10), a.increment(2), b.increment(20)];
      await context.wait({ seconds: 5 });
      return Promise.all([...both, context.step("other", async () => "done"), a.get(), b.get()]);
    };
    const first = await run(handler);
    expect(first.result).toEqual([1, 10, 3, 30, "done", 3, 30]);
    expect(first.names).toEqual([
      "a/0/increment(1)",
      "b/0/increment(10)",
      "a/1/increment(2)",
      "b/1/increment(20)",
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
    expect(names).toEqual([
      "counter/0/increment(1)",
      "counter-2/0/increment(1)",
      "counter-2-2/0/increment(1)",
    ]);
  });

  test("rejects a decrement below the minimum after one attempt, and continues from the value before", async () => {
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

  test("rejects with the same error in the context itself and out of child contexts", async () => {
    const { result } = await run(async (context) => {
      const nested = context.runInChildContext("outer", (outer) =>
        outer.runInChildContext("inner", (inner) =>
          durableCounter(inner, { limits: { max: 3 } }).increment(4),
        ),
      );
      const direct = durableCounter(context, { limits: { max: 3 } }).increment(4);
      const seen: unknown[] = [];
      for (const promise of [nested, direct]) {
        const error = await promise.catch(restoreCounterError);
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

  test("may be awaited after it was rejected", async () => {
    const { result } = await run(async (context) => {
      const counter = durableCounter(context, { limits: { min: 0 } });
      const refused = counter.decrement();
      await context.wait({ seconds: 1 });
      return refused.catch((error: unknown) => isCounterError(error, "limit-exceeded"));
    });
    expect(result).toBe(true);
  });

  test.each<[string, (handler: Handler) => Promise<unknown>]>([
    ["on the real SDK", async (handler) => (await run(handler)).names],
    [
      "on a fake",
      async (handler) => {
        const context = new FakeContext();
        await handler(context);
        return context.operations.map(({ name }) => name);
      },
    ],
  ])("has a name of its own behind a proxy, %s", async (_, namesOf) => {
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
    expect(names).toEqual(["counter/0/increment(1)", "counter-2/0/increment(1)"]);
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

  /** The step is replayed before the wait is, but ended long before it in the first run. */
  async function swapOnReplay(
    context: DurableContext,
    slow: Counter | (() => Counter),
    fast: Counter | (() => Counter),
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

describe("a counter in a store", () => {
  test("counts once where a step fails twice and then succeeds", async () => {
    const store = new MemoryCounterStore();
    const failing = flaky((request: ApplyRequest) => store.apply(request), { failures: 2 });
    let attempts = 0;
    const failingTwice = withApply((request) => {
      attempts++;
      return failing(request);
    });
    const { result } = await run((context) =>
      durableCounter(context, { store: failingTwice, id: "cart-7" }).increment(5),
    );
    expect(result).toBe(5);
    expect(await store.get("cart-7")).toBe(5);
    expect(attempts).toBe(3);
  });

  test("counts once where the write lands but its reply is lost, twice", async () => {
    const store = new MemoryCounterStore();
    let lost = 0;
    const losingReplies = withApply(async (request) => {
      const result = await store.apply(request);
      if (lost++ < 2) throw new Error("socket hang up");
      return result;
    });
    const { result } = await run(async (context) => {
      const counter = durableCounter(context, { store: losingReplies, id: "cart-7" });
      return [await counter.increment(5), await counter.decrement(2)];
    });
    expect(result).toEqual([5, 3]);
    expect(lost).toBe(4);
    expect(await store.get("cart-7")).toBe(3);
  });

  test("derives every operation's idempotency key from its position, so that branches, children and counters never share one", async () => {
    const keys: (string | undefined)[] = [];
    const store = new MemoryCounterStore();
    const recording = withApply((request) => {
      keys.push(request.idempotencyKey);
      return store.apply(request);
    });
    const { result } = await run(async (context) => {
      const count = (where: DurableContext) =>
        durableCounter(where, { store: recording, id: "hits" }).increment();
      await count(context);
      await count(context);
      await context.map([1, 2, 3], (branch) => count(branch));
      await context.parallel([count, async (branch) => branch.runInChildContext(count)]);
      await context.map([1, 2], (branch) => count(branch), { nesting: "FLAT" as never });
      return durableCounter(context, { store: recording, id: "hits" }).get();
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

  test.each<[string, (signal?: AbortSignal) => Promise<never>, RegExp]>([
    [
      "rejects because of the signal",
      (signal) =>
        new Promise((_, reject) => {
          signal?.addEventListener("abort", () =>
            reject(new CounterError("unavailable", "Nothing was sent.")),
          );
        }),
      /^Nothing was sent. \[unavailable\]$/u,
    ],
    [
      "ignores the signal",
      () => new Promise(() => undefined),
      /^The store of counter "cart-7" did not answer before the end of the invocation. \[outcome-unknown\]$/u,
    ],
  ])("ends a step before its invocation ends, with a store that %s", async (_, answer, message) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const failures: string[] = [];
      const logger = { info: () => undefined, warn: (text: string) => failures.push(text) };
      let calls = 0;
      const silentOnce = withApply((request, forward, options) => {
        if (++calls > 1) return forward(request);
        const waiting = answer(options?.signal);
        // The invocation has 900 seconds; nothing happens before the last two.
        vi.advanceTimersByTime(897_999);
        expect(options?.signal?.aborted).toBe(false);
        vi.advanceTimersByTime(1);
        expect(options?.signal?.aborted).toBe(true);
        return waiting;
      });
      const counter = durableCounter(new FakeContext(), { store: silentOnce, id: "cart-7", logger });
      expect(await counter.increment(5)).toBe(5);
      expect(failures.map((text) => text.replace(/^.* failed: /u, ""))).toEqual([
        expect.stringMatching(message),
      ]);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test("fails as unavailable where the invocation ends before a read is answered, because nothing was applied", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const codes: unknown[] = [];
      const logger = {
        info: () => undefined,
        warn: (_text: string, { errorCode }: CounterLogRecord) => codes.push(errorCode),
      };
      let calls = 0;
      const silentOnce = withApply((request, forward) => {
        if (++calls > 1) return forward(request);
        queueMicrotask(() => vi.advanceTimersByTime(898_000));
        return new Promise(() => undefined);
      });
      const counter = durableCounter(new FakeContext(), { store: silentOnce, id: "cart-7", logger });
      expect(await counter.get()).toBe(0);
      expect(codes).toEqual(["unavailable"]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("counts in a fake context that has no Lambda context", async () => {
    const context = new Proxy(new FakeContext(), {
      get: (target, key): unknown => {
        const member: unknown = key === "lambdaContext" ? undefined : Reflect.get(target, key, target);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    const counter = durableCounter(context, { store: new MemoryCounterStore(), id: "cart-7" });
    expect(await counter.increment(5)).toBe(5);
  });

  test("ends a step before its invocation ends that waits for the operation ahead, and calls in order afterwards", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const failures: string[] = [];
      const logger = { info: () => undefined, warn: (text: string) => failures.push(text) };
      const sent: number[] = [];
      let lateReply = (): void => undefined;
      const silentOnce = withApply((request, forward) => {
        const [command] = request.commands;
        sent.push(command?.type === "increment" ? command.amount : 0);
        if (sent.length > 1) return forward(request);
        queueMicrotask(() => vi.advanceTimersByTime(898_000));
        return new Promise((resolve) => {
          lateReply = () => resolve(forward(request));
        });
      });
      const counter = durableCounter(new FakeContext(), { store: silentOnce, id: "cart-7", logger });
      expect(await Promise.all([counter.increment(5), counter.increment(2)])).toEqual([5, 7]);
      lateReply();
      expect(await counter.get()).toBe(7);
      expect(sent).toEqual([5, 5, 2, 0]);
      expect(failures).toEqual([
        expect.stringMatching(/^Attempt 1 of cart-7\/0\/increment\(5\) .*\[outcome-unknown\]$/u),
        expect.stringMatching(
          /^Attempt 1 of cart-7\/1\/increment\(2\) .*ends before this operation .* could start.*\[unavailable\]$/u,
        ),
      ]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("passes issuedAt to the store with every operation", async () => {
    const received: unknown[] = [];
    const store = new MemoryCounterStore();
    const recording = withApply((request) => {
      received.push(request.issuedAt);
      return store.apply(request);
    });
    const context = new FakeContext();
    const of = { store: recording, id: "cart-7" };
    const counter = durableCounter(context, {
      ...of,
      idempotencyKey: "request-1",
      issuedAt: 1_767_225_600_000,
    });
    await counter.increment();
    await counter.get();
    // A key of the execution's own is as old as the execution, so it has no issuedAt.
    await durableCounter(context, of).increment();
    expect(received).toEqual([1_767_225_600_000, 1_767_225_600_000, undefined]);
  });
});

test.each([
  [{ name: "" }, 'options.name is ""; pass 1 to 200 printable ASCII characters'],
  [{ name: "ä" }, 'options.name is "ä"; pass 1 to 200 printable ASCII characters'],
  [{ id: "a" }, 'options is {"id":"a"}; pass "store" and "id" together'],
  [{ idempotencyKey: "t" }, 'pass "idempotencyKey" only with a "store"'],
  [
    { store: new MemoryCounterStore(), id: "a", issuedAt: 5 },
    'pass "issuedAt" only with an "idempotencyKey"',
  ],
  [
    { store: new MemoryCounterStore(), id: "a", idempotencyKey: "t", issuedAt: "now" },
    'options.issuedAt is "now"; pass',
  ],
  [{ store: {}, id: "a" }, "options.store is {}; pass a CounterStore"],
  [{ store: () => 1, id: "a" }, "options.store is a function; pass a CounterStore"],
  [{ limit: { min: 0 } }, 'options has the unknown key "limit"; pass only'],
  [{ limits: { min: 1 }, initial: 0 }, 'let "initial" lie within "limits"'],
])("invalid options are refused: %j", (options, message) => {
  // The options are wrong on purpose.
  expect(() => durableCounter(new FakeContext(), options as SharedCounterOptions)).toThrow(message);
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
