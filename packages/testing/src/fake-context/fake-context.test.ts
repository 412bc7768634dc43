import {
  createClassSerdes,
  StepError,
  WaitForConditionError,
  withRetry,
  type DurableContext,
} from "@aws/durable-execution-sdk-js";
import { describe, expect, test } from "vitest";
import { flaky } from "../flaky.ts";
import { FakeContext } from "./fake-context.ts";

const prefixOf = (context: object): unknown => "_stepPrefix" in context && context._stepPrefix;

describe("operations", () => {
  test("are in start order", async () => {
    const context = new FakeContext();
    const handler = async (event: { amount: number }, ctx: DurableContext) => {
      const paid = await ctx.step("charge", async () => event.amount);
      await ctx.wait("cool down", { hours: 1 });
      return ctx.runInChildContext("notify", async (child) => child.step("mail", async () => ({ paid })));
    };

    await expect(handler({ amount: 3 }, context)).resolves.toEqual({ paid: 3 });
    expect(context.operations).toMatchObject([
      { id: "1", name: "charge", type: "STEP", subType: "Step", status: "SUCCEEDED", attempts: 1, result: 3 },
      { id: "2", name: "cool down", type: "WAIT", subType: "Wait", status: "SUCCEEDED" },
      {
        id: "3",
        name: "notify",
        type: "CONTEXT",
        subType: "RunInChildContext",
        status: "SUCCEEDED",
        result: { paid: 3 },
      },
      {
        id: "3-1",
        name: "mail",
        type: "STEP",
        subType: "Step",
        status: "SUCCEEDED",
        attempts: 1,
        result: { paid: 3 },
      },
    ]);
  });

  test("keep their result if the handler modifies it", async () => {
    const context = new FakeContext();
    const list = await context.step(async () => [1]);
    list.push(2);
    expect(context.operations).toMatchObject([{ result: [1] }]);
  });

  test("start when they are called, and get their position then", async () => {
    const context = new FakeContext();
    const slow = context.step("slow", async () => "slow");
    const child = context.runInChildContext("child", async (ctx) => prefixOf(ctx));
    expect(context.operations).toMatchObject([
      { id: "1", name: "slow", status: "STARTED" },
      { id: "2", name: "child", status: "STARTED" },
    ]);
    expect(context._stepPrefix).toBeUndefined();
    await expect(child).resolves.toBe("2");
    await expect(slow).resolves.toBe("slow");
  });

  test("that have not ended are pending", async () => {
    const context = new FakeContext();
    const hanging = context.waitForCallback("approval", async () => {});
    await context.callbackOpened("approval");
    expect(context.pending).toMatchObject([
      { id: "1", name: "approval", type: "CONTEXT", subType: "WaitForCallback", status: "STARTED" },
      { id: "1-1", type: "CALLBACK", subType: "Callback", status: "STARTED" },
    ]);
    context.completeCallback("approval");
    await hanging;
    expect(context.pending).toEqual([]);
  });
});

describe("a step", () => {
  test("returns its result as JSON returns it", async () => {
    const context = new FakeContext();
    const result = await context.step(async () => ({
      date: new Date(0),
      nan: NaN,
      zero: -0,
      gone: undefined,
      map: new Map([[1, 2]]),
    }));
    expect(result).toEqual({ date: "1970-01-01T00:00:00.000Z", nan: null, zero: 0, map: {} });
    await expect(context.step(async () => undefined)).resolves.toBeUndefined();
    await expect(context.step(async () => -0)).resolves.toBe(0);
  });

  test("ends the execution if its result cannot be serialized", async () => {
    const context = new FakeContext();
    const failure = {
      name: "SerdesFailedError",
      message:
        '[Unrecoverable Invocation] Serialization failed for step "count" (1): Do not know how to serialize a BigInt',
    };
    await expect(context.step("count", async () => 1n)).rejects.toMatchObject(failure);
    await expect(context.step("next", async () => 1)).rejects.toMatchObject(failure);
    expect(context.operations).toHaveLength(1);
  });

  test("is retried by default, on virtual time", async () => {
    const context = new FakeContext();
    await expect(
      context.step(
        "flaky",
        flaky(async () => "done", { failures: 5 }),
      ),
    ).resolves.toBe("done");
    expect(context.operations).toMatchObject([{ attempts: 6, status: "SUCCEEDED" }]);
    expect(+context.now).toBeGreaterThanOrEqual(5_000);
  });

  test("fails with a StepError, like that of the SDK, when its strategy gives up", async () => {
    const context = new FakeContext();
    const error = Object.assign(new RangeError("too much"), { detail: 1 });
    const failed = context.step(
      "charge",
      flaky(async () => 1, { failures: 9, error }),
      {
        retryStrategy: (_, attempt) => ({ shouldRetry: attempt < 3, delay: { minutes: 1 } }),
      },
    );
    await expect(failed).rejects.toBeInstanceOf(StepError);
    await expect(failed).rejects.toMatchObject({
      name: "StepError",
      message: "too much",
      cause: { name: "RangeError", message: "too much" },
    });
    expect(context.operations).toMatchObject([
      {
        id: "1",
        name: "charge",
        type: "STEP",
        subType: "Step",
        status: "FAILED",
        attempts: 3,
        error: { type: "RangeError", message: "too much" },
      },
    ]);
    expect(context.now).toEqual(new Date(120_000));
  });

  test("passes the attempt to its body", async () => {
    const context = new FakeContext();
    const attempts: number[] = [];
    await context.step(async ({ attempt }) => {
      attempts.push(attempt);
      if (attempt < 3) throw new Error("again");
    });
    expect(attempts).toEqual([1, 2, 3]);
  });

  test("uses its own serdes, or the configured one", async () => {
    class Money {
      amount = 0;
      get text(): string {
        return `${this.amount} €`;
      }
    }
    const serdes = createClassSerdes(Money);
    const pay = async () => Object.assign(new Money(), { amount: 7 });
    const context = new FakeContext();
    expect((await context.step(pay, { serdes })).text).toBe("7 €");
    context.configureSerdes({ defaultSerdes: serdes });
    const revived = await context.runInChildContext(async (child) => child.step(pay));
    expect(revived).toBeInstanceOf(Money);
    expect(context.operations).toMatchObject([
      { result: { amount: 7 } },
      { result: { amount: 7 } },
      { result: { amount: 7 } },
    ]);
  });

  test("that fails and is not awaited causes no unhandled rejection", async () => {
    const context = new FakeContext();
    const noRetry = { retryStrategy: () => ({ shouldRetry: false }) };
    const seen: unknown[] = [];
    const listen = (reason: unknown): unknown => seen.push(reason);
    process.on("unhandledRejection", listen);
    const fail = async (): Promise<never> => {
      throw new Error("unseen");
    };
    const unseen = [
      context.step(fail, noRetry),
      context.runInChildContext(fail),
      context.waitForCallback(fail, noRetry),
      context.createCallback(undefined, { timeout: { seconds: 1 } }),
      context.promise.all([context.step(fail, noRetry)]),
    ];
    expect(unseen).toHaveLength(5);
    await context.wait({ seconds: 1 });
    await new Promise(setImmediate);
    process.off("unhandledRejection", listen);
    expect(seen).toEqual([]);
  });
});

describe("time", () => {
  test("starts when asked, and passes at once", async () => {
    const context = new FakeContext({ now: new Date("2026-01-01T00:00:00Z") });
    await context.wait({ days: 365 });
    expect(context.now).toEqual(new Date("2027-01-01T00:00:00Z"));
  });

  test("passes in order", async () => {
    const context = new FakeContext();
    const order: string[] = [];
    const nap = async (name: string, seconds: number): Promise<void> => {
      await context.wait(name, { seconds });
      order.push(`${name} at ${+context.now / 1_000}`);
    };
    await Promise.all([nap("late", 30), nap("early", 10), nap("also late", 30)]);
    expect(order).toEqual(["early at 10", "late at 30", "also late at 30"]);
  });

  test("stops while a body runs, however long it takes", async () => {
    const context = new FakeContext();
    const io = context.step(async () => {
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      return +context.now;
    });
    const [, seen] = await Promise.all([context.wait({ seconds: 1 }), io]);
    expect(seen).toBe(0);
  });

  test.each([0, -1, 0.5, NaN, 31_622_401])(
    "is refused if the service would refuse it: %s s",
    async (seconds) => {
      const context = new FakeContext();
      await expect(context.wait("nap", { seconds })).rejects.toThrow(
        `Wait "nap" (1) is to pause for ${seconds} s; the service takes whole seconds from 1 to 31622400 (366 days).`,
      );
    },
  );

  test("passes in the SDK's withRetry", async () => {
    const context = new FakeContext();
    const result = await withRetry(
      context,
      "order",
      flaky(async () => "done", { failures: 2 }),
      {
        retryStrategy: () => ({ shouldRetry: true, delay: { hours: 1 } }),
      },
    );
    expect(result).toBe("done");
    expect(context.operations.map(({ name }) => name)).toEqual([
      "order",
      "order-backoff-1",
      "order-backoff-2",
    ]);
    expect(context.now).toEqual(new Date(7_200_000));
  });
});

describe("waitForCondition", () => {
  test("polls until the strategy accepts the state, which passes through the serdes", async () => {
    const context = new FakeContext();
    const result = await context.waitForCondition(
      "ready?",
      async (state: { seen: unknown[] }, { attempt }) => ({ seen: [...state.seen, attempt, NaN] }),
      {
        initialState: { seen: [] },
        waitStrategy: (state, attempt) =>
          attempt < 3
            ? { shouldContinue: true, delay: { minutes: state.seen.length } }
            : { shouldContinue: false },
      },
    );
    expect(result).toEqual({ seen: [1, null, 2, null, 3, null] });
    expect(context.operations).toMatchObject([
      { name: "ready?", subType: "WaitForCondition", attempts: 3, result },
    ]);
    expect(context.now).toEqual(new Date((2 + 4) * 60_000));
  });

  test("fails at once if the check fails", async () => {
    const context = new FakeContext();
    const failed = context.waitForCondition(
      async () => {
        throw new WaitForConditionError("gone", undefined, "data");
      },
      { initialState: 0, waitStrategy: () => ({ shouldContinue: false }) },
    );
    await expect(failed).rejects.toMatchObject({
      name: "WaitForConditionError",
      message: "gone",
      errorData: "data",
    });
  });

  test("throws without a configuration", () => {
    const context = new FakeContext();
    expect(() => context.waitForCondition("x", async () => 1, {} as never)).toThrow(
      "waitForCondition requires config with waitStrategy and initialState",
    );
  });
});

describe("the execution", () => {
  test("has a unique ARN in the format of the service, unless it is given one", () => {
    const arn = (): string => new FakeContext().executionContext.durableExecutionArn;
    expect(arn()).toMatch(
      /^arn:aws:lambda:[^:]+:\d{12}:function:fake:\$LATEST\/durable-execution\/fake\/[-\w]+$/,
    );
    expect(arn()).not.toBe(arn());
    expect(new FakeContext({ arn: "mine" }).executionContext).toEqual({ durableExecutionArn: "mine" });
  });

  test("has a Lambda context", () => {
    const { lambdaContext } = new FakeContext({ lambdaContext: { awsRequestId: "request-1" } });
    expect(lambdaContext).toMatchObject({ awsRequestId: "request-1", functionName: "fake" });
    expect(lambdaContext.getRemainingTimeInMillis()).toBe(900_000);
  });

  test("refuses invalid options", () => {
    expect(() => new FakeContext({ now: new Date(NaN) })).toThrow(
      "options.now is an invalid date; pass a valid one.",
    );
    expect(() => new FakeContext({ callbacks: { approval: "yes" as never } })).toThrow(
      'options.callbacks["approval"] is a string; pass a function.',
    );
    expect(() => new FakeContext({ functions: { pay: {} as never } })).toThrow(
      'options.functions["pay"] is a object; pass a function.',
    );
  });
});
