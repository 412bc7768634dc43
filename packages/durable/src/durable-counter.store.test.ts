import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { CounterError, isCounterError, type ApplyRequest } from "@durable-counter/core";
import { FakeContext, flaky, MemoryCounterStore } from "@durable-counter/testing";
import { describe, expect, test, vi } from "vitest";
import { durableCounter, type CounterLogRecord } from "./index.ts";
import { runHandler } from "./run-handler.fixture.ts";
import { withApply } from "./with-apply.fixture.ts";

const run = <Result>(handler: (context: DurableContext) => Promise<Result>) =>
  runHandler<Result>(withDurableExecution((_event: unknown, context) => handler(context)));

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

  test("derives every operation's idempotency key from its context and occurrence, so that branches, children and counters never share one", async () => {
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

  test("leaves no timer behind that keeps a process running whose store never answers", async () => {
    const started = vi.spyOn(globalThis, "setTimeout");
    try {
      let asked = (): void => undefined;
      const isAsked = new Promise<void>((resolve) => (asked = resolve));
      const silent = withApply(() => {
        asked();
        return new Promise(() => undefined);
      });
      const counter = durableCounter(new FakeContext(), { store: silent, id: "cart-7" });
      counter.increment(5).catch(() => undefined); // it never settles
      await isAsked;
      const timers = started.mock.results.map(({ value }) => value as NodeJS.Timeout);
      expect(timers.filter((timer) => timer.hasRef())).toEqual([]);
      expect(started.mock.calls.map(([, ms]) => ms)).toContain(898_000);
    } finally {
      started.mockRestore();
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
