import { withDurableExecution, type DurableContext, type DurableLogger } from "@aws/durable-execution-sdk-js";
import { CounterError, decrement, get, increment } from "@durable-counter/core";
import {
  crashable,
  exploreCrashes,
  FakeContext,
  MemoryCounterStore,
  simulate,
} from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import {
  createCounterHandler,
  durableCounter,
  type CounterHandlerOptions,
  type CounterLogger,
  type CounterLogRecord,
} from "./index.ts";
import { withApply } from "./with-apply.fixture.ts";

interface Line extends CounterLogRecord {
  readonly level: "info" | "warn";
  readonly message: string;
}

/** A logger, and the records that it got. */
function recordingLogger() {
  const lines: Line[] = [];
  const write = (level: Line["level"]) => (message: string, record: CounterLogRecord) => {
    lines.push({ level, message, ...record });
  };
  const logger: CounterLogger = { info: write("info"), warn: write("warn") };
  return { lines, logger };
}

const outcomes = (lines: readonly CounterLogRecord[]) =>
  lines.map(({ operationName, outcome }) => `${operationName} ${outcome}`);

const durable = (handler: (context: DurableContext) => Promise<unknown>) =>
  withDurableExecution(async (_event: unknown, context) => handler(context));

describe("a record", () => {
  test("says what was applied, where, and the values before and after", async () => {
    const { lines, logger } = recordingLogger();
    const context = new FakeContext({ arn: "arn:1" });
    await durableCounter(context, { name: "stock", initial: 3, logger }).increment(5);
    expect(lines).toEqual([
      {
        level: "info",
        message: 'Applied stock/0/increment(5) on "stock": from 3 to 8.',
        outcome: "applied",
        counter: "stock",
        executionArn: "arn:1",
        context: "root",
        operationName: "stock/0/increment(5)",
        sequence: 0,
        attempt: 1,
        type: "increment",
        commands: 1,
        before: 3,
        after: 8,
      },
    ]);
  });

  test("is one for a batch of any length", async () => {
    const { lines, logger } = recordingLogger();
    const store = new MemoryCounterStore();
    const counter = durableCounter(new FakeContext(), { store, id: "cart-7", logger });
    await counter.batch(Array.from({ length: 1_000 }, () => increment()));
    expect(lines).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(
          /^Applied cart-7\/0\/batch\(1000:[0-9a-f]{4}\) on "cart-7": from 0 to 1000\.$/u,
        ),
        type: "batch",
        commands: 1_000,
        before: 0,
        after: 1_000,
      }),
    ]);
  });

  test("says what was rejected, and with which code", async () => {
    const { lines, logger } = recordingLogger();
    const counter = durableCounter(new FakeContext(), { limits: { min: 0 }, logger });
    await expect(counter.decrement(2)).rejects.toThrow("its minimum is 0");
    expect(lines).toEqual([
      expect.objectContaining({
        level: "warn",
        message:
          'Rejected counter/0/decrement(2) on "counter": Counter "counter" is at 0 and would fall to -2; its minimum is 0. [limit-exceeded]',
        outcome: "rejected",
        errorCode: "limit-exceeded",
        errorMessage: 'Counter "counter" is at 0 and would fall to -2; its minimum is 0. [limit-exceeded]',
      }),
    ]);
    expect(lines[0]).not.toHaveProperty("after");
  });

  test("is written for every attempt, and a count whose reply was lost is logged as replayed, once", async () => {
    const { lines, logger } = recordingLogger();
    let attempts = 0;
    const store = withApply(async (request, forward) => {
      if (++attempts === 1) throw new CounterError("throttled", "Too much.");
      const applied = await forward(request);
      if (attempts === 2) throw new Error("socket hang up");
      return applied;
    });
    await durableCounter(new FakeContext(), { store, id: "cart-7", logger }).increment(5);
    expect(
      lines.map(({ attempt, outcome, errorCode, after }) => [attempt, outcome, errorCode, after]),
    ).toEqual([
      [1, "failed", "throttled", undefined],
      [2, "failed", undefined, undefined],
      [3, "replayed", undefined, 5],
    ]);
    expect(lines.map(({ message }) => message)).toEqual([
      'Attempt 1 of cart-7/0/increment(5) on "cart-7" failed: Too much. [throttled]',
      'Attempt 2 of cart-7/0/increment(5) on "cart-7" failed: socket hang up',
      'Replayed cart-7/0/increment(5) on "cart-7", which had counted before: from 0 to 5.',
    ]);
  });

  test("has the context, which distinguishes the branches of a map", async () => {
    const { lines, logger } = recordingLogger();
    await simulate(
      durable((context) => context.map([1, 2], (branch) => durableCounter(branch, { logger }).increment())),
    );
    expect(new Set(lines.map(({ context }) => context))).toEqual(new Set(["1-1", "1-2"]));
  });

  test("of a handler names the counter of the event", async () => {
    for (const store of [undefined, new MemoryCounterStore()]) {
      const { lines, logger } = recordingLogger();
      const payload = { counterId: "cart-7", commands: [increment(2), get()] };
      await simulate(createCounterHandler({ store, logger }), { payload });
      expect(lines.map(({ counter, after }) => [counter, after])).toEqual([
        ["cart-7", 2],
        ["cart-7", 2],
      ]);
    }
  });

  test("of an event that was delivered before says replayed", async () => {
    const { lines, logger } = recordingLogger();
    const handler = createCounterHandler({ store: new MemoryCounterStore(), logger, steps: "batch" });
    const payload = { counterId: "cart-7", commands: [increment(2)], idempotencyKey: "order-1" };
    for (let delivery = 0; delivery < 2; delivery++) await simulate(handler, { payload });
    expect(outcomes(lines)).toEqual([
      expect.stringMatching(/^cart-7\/0\/batch\(1:[0-9a-f]{4}\) applied$/u),
      expect.stringMatching(/^cart-7\/0\/batch\(1:[0-9a-f]{4}\) replayed$/u),
    ]);
  });
});

const commands = [increment(5), decrement(2), get(), decrement(9), increment(1)];
const payload = { counterId: "cart-7", commands };
const expected = [
  "cart-7/0/increment(5) applied",
  "cart-7/1/decrement(2) applied",
  "cart-7/2/get applied",
  "cart-7/3/decrement(9) rejected",
];

describe.each(["in the execution", "in a store"])("with the value %s", (backend) => {
  const options = (): CounterHandlerOptions => ({
    limits: { min: 0 },
    ...(backend === "in a store" && { store: new MemoryCounterStore() }),
  });

  test("a replay logs nothing twice", async () => {
    const { lines, logger } = recordingLogger();
    const { invocations } = await simulate(createCounterHandler({ ...options(), logger }), {
      payload,
      replay: "always",
    });
    expect(invocations).toBe(5);
    expect(outcomes(lines)).toEqual(expected);
  });

  test("the execution is the same without a logger", async () => {
    const { logger } = recordingLogger();
    const [quiet, loud] = [
      await simulate(createCounterHandler(options()), { payload, executionName: "same" }),
      await simulate(createCounterHandler({ ...options(), logger }), { payload, executionName: "same" }),
    ];
    expect(loud).toEqual(quiet);
  });

  test.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("disk full");
      },
    ],
    ["rejects", async () => Promise.reject(new Error("disk full"))],
  ])("a logger that %s breaks no count", async (_, broken) => {
    const logger = { info: broken, warn: broken };
    const { result } = await simulate(createCounterHandler({ ...options(), logger }), {
      payload: { counterId: "cart-7", commands: [increment(5), decrement(2)] },
    });
    expect(result).toMatchObject({ value: 3 });
  });
});

describe("after a crash at any point", () => {
  test("a count in a store is logged as applied at most once, and as replayed where it had counted", async () => {
    const { lines, logger } = recordingLogger();
    let store = new MemoryCounterStore();
    const handler = createCounterHandler({
      store: crashable(
        withApply(undefined, () => store),
        "store",
      ),
      limits: { min: 0 },
      logger,
    });
    let replayed = 0;
    const { failures, runs } = await exploreCrashes(handler, {
      payload: {
        counterId: "cart-7",
        commands: [increment(5), decrement(2), decrement(9)],
        idempotencyKey: "order-1",
      },
      beforeEach: () => {
        store = new MemoryCounterStore();
        lines.length = 0;
      },
      check: () => {
        const applied = outcomes(lines).filter((line) => line.endsWith("applied"));
        expect(applied).toEqual([...new Set(applied)]);
        for (const name of ["cart-7/0/increment(5)", "cart-7/1/decrement(2)"]) {
          const ends = lines.filter(({ operationName }) => operationName === name);
          expect(ends.map(({ outcome }) => outcome).slice(1)).toEqual(ends.slice(1).map(() => "replayed"));
          expect(new Set(ends.map(({ before, after }) => `${before} ${after}`)).size).toBe(1);
          replayed += ends.filter(({ outcome }) => outcome === "replayed").length;
        }
        expect(lines.at(-1)).toMatchObject({ outcome: "rejected", errorCode: "limit-exceeded" });
      },
    });
    expect(failures.map(({ message }) => message)).toEqual([]);
    expect(runs).toBeGreaterThan(10);
    expect(replayed).toBeGreaterThan(0);
  });

  test("every command has its record", async () => {
    const { lines, logger } = recordingLogger();
    const { failures } = await exploreCrashes(createCounterHandler({ limits: { min: 0 }, logger }), {
      payload,
      beforeEach: () => {
        lines.length = 0;
      },
      check: () => expect([...new Set(outcomes(lines))]).toEqual(expected),
    });
    expect(failures.map(({ message }) => message)).toEqual([]);
  });
});

test("console and the SDK's own logger can be passed as they are", async () => {
  const texts: unknown[] = [];
  const customLogger: DurableLogger = {
    info: (text: unknown) => void texts.push(text),
    warn: () => undefined,
    error: () => undefined,
    debug: () => undefined,
  };
  const context = new FakeContext({ logger: customLogger });
  const loggers: CounterLogger[] = [context.logger, { ...console, info: (text) => texts.push(text) }];
  for (const logger of loggers) await durableCounter(context, { logger }).increment();
  expect(texts).toEqual([
    'Applied counter/0/increment(1) on "counter": from 0 to 1.',
    'Applied counter-2/0/increment(1) on "counter": from 0 to 1.',
  ]);
});

test.each([5, null, {}, { info: () => undefined }, { info: 1, warn: 2 }])(
  "%j is refused as a logger",
  (logger) => {
    const remedy = 'options.logger is .*; pass a logger with the methods "info" and "warn"';
    // The options are wrong on purpose.
    expect(() => createCounterHandler({ logger: logger as never })).toThrow(new RegExp(remedy, "u"));
    expect(() => durableCounter(new FakeContext(), { logger: logger as never })).toThrow(
      new RegExp(remedy, "u"),
    );
  },
);
