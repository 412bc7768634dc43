import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  StepSemantics,
  withDurableExecution,
  type DurableContext,
  type DurableLambdaHandler,
} from "@aws/durable-execution-sdk-js";
import { crashable } from "./crashable.ts";
import type { ExploreCrashesOptions } from "./options.ts";

/** A handler, and how to explore it. */
export interface Scenario {
  readonly handler: DurableLambdaHandler;
  readonly options: ExploreCrashesOptions;
}

/** What the handlers count with: a total that adds on every call, and one that counts each idempotency key once. */
class Ledger {
  total = 0;
  readonly #keys = new Set<string>();

  async add(amount: number): Promise<number> {
    await sleep(0);
    return (this.total += amount);
  }

  async apply(idempotencyKey: string): Promise<void> {
    this.#keys.add(idempotencyKey);
  }

  get stored(): number {
    return this.#keys.size;
  }

  clear(): void {
    this.total = 0;
    this.#keys.clear();
  }
}

/** A step without retries, so that a failure comes at once. */
const once = { retryStrategy: () => ({ shouldRetry: false }) };

/** Builds an scenario; `value` is what must stand in the ledger, or its store, at the end. */
function scenario(
  run: (context: DurableContext, ledger: Ledger) => Promise<unknown>,
  value: { total?: number; stored?: number } = {},
  more: ExploreCrashesOptions = {},
): Scenario {
  const ledger = new Ledger();
  const wrapped = crashable(ledger, "ledger");
  return {
    handler: withDurableExecution((_event: unknown, context) => run(context, wrapped)),
    options: {
      ...more,
      onProgress: () => undefined,
      beforeEach: () => ledger.clear(),
      check: () => {
        expectEqual("ledger.total", ledger.total, value.total);
        expectEqual("the stored value", ledger.stored, value.stored);
      },
    },
  };
}

function expectEqual(what: string, found: number, expected: number | undefined): void {
  if (expected !== undefined && found !== expected) throw new Error(`${what} is ${found}, not ${expected}`);
}

/** What changes from one call to the next, as time does. */
function everChanging(): () => number {
  let calls = 0;
  return () => calls++;
}

/** Handlers that look fine, and words that the message must have. */
export const faultyHandlers: Readonly<Record<string, readonly [scenario: () => Scenario, clue: RegExp]>> = {
  "total += inside a step": [
    () =>
      scenario(async (context) => {
        let total = 0;
        await context.step("add", async () => void (total += 5));
        await context.step("log", async () => "done");
        return total;
      }),
    /result is 0, not 5/,
  ],
  "a plain ADD in a step": [
    () => scenario((context, ledger) => context.step("add", () => ledger.add(5)), { total: 5 }),
    /died after ledger\.add ran[^]*ledger\.total is 10, not 5/,
  ],
  "an idempotency key made outside a step": [
    () =>
      scenario(
        (context, ledger) => {
          const idempotencyKey = randomUUID();
          return context.step("count", () => ledger.apply(idempotencyKey));
        },
        { stored: 1 },
      ),
    /died after ledger\.apply ran[^]*the stored value is 2, not 1/,
  ],
  "a clock that decides a branch": [
    () => {
      const now = everChanging();
      return scenario(async (context) => {
        const name = now() % 2 === 0 ? "even" : "odd";
        await context.step(name, async () => name);
        return context.step("last", async () => "done");
      });
    },
    /Non-deterministic execution detected[^]*name/,
  ],
  "a step that is not awaited": [
    () =>
      scenario(async (context, ledger) => {
        // oxlint-disable-next-line typescript/no-floating-promises
        context.step("forgotten", () => ledger.add(5));
        return "done";
      }),
    /"forgotten" \(operation 1\) was still STARTED[^]*not awaited/,
  ],
  "a parent context used in a child": [
    () =>
      scenario((context) =>
        context.runInChildContext("child", async () => context.step("wrong", async () => 1)),
      ),
    /Context usage error in "step": You are using a parent/,
  ],
  "a StepError that is swallowed": [
    () =>
      scenario(async (context, ledger) => {
        const semantics = StepSemantics.AtMostOncePerRetry;
        await context.step("charge", () => ledger.add(5), { semantics, ...once }).catch(() => undefined);
        return "charged";
      }),
    /"charge"[^]*"FAILED"/,
  ],
  "at most once taken for exactly once": [
    () =>
      scenario(
        (context, ledger) =>
          context.step("charge", () => ledger.add(5), {
            semantics: StepSemantics.AtMostOncePerRetry,
            retryStrategy: (_, attempt) => ({ shouldRetry: attempt < 3, delay: { seconds: 1 } }),
          }),
        { total: 5 },
      ),
    /died after ledger\.add ran[^]*ledger\.total is 10, not 5/,
  ],
  "a side effect between steps": [
    () =>
      scenario(
        async (context, ledger) => {
          await context.step("reserve", async () => 1);
          await ledger.add(5);
          return context.step("confirm", async () => 2);
        },
        { total: 5 },
      ),
    /ledger\.total is 10, not 5/,
  ],
  "an order of operations from an unordered set": [
    () => {
      const turn = everChanging();
      return scenario(async (context) => {
        const names = turn() % 2 === 0 ? ["a", "b", "c"] : ["c", "a", "b"];
        const seen: string[] = [];
        for (const name of names) seen.push(await context.step("visit", async () => name));
        return seen;
      });
    },
    /(result|operation \d) is [^]*, not /,
  ],
  "a plain await while a callback is open": [
    () => {
      const first = new FirstInvocation();
      const { handler, options } = scenario(
        async (context, ledger) => {
          const [approved] = await context.createCallback("approval");
          const waiting = approved.then((answer) => answer);
          await first.ended; // takes longer than an invocation lives that waits for a callback alone
          await context.step("count", () => ledger.add(1));
          return waiting;
        },
        { total: 1 },
        { callbacks: { approval: () => "yes" } },
      );
      return {
        handler: first.watch(handler),
        options: { ...options, beforeEach: resetting(options, first) },
      };
    },
    /ledger\.add was called after its invocation had ended/,
  ],
};

/** Tells when the first invocation of an execution has ended, or its process has died and the second begins. */
class FirstInvocation {
  ended = Promise.resolve();
  #end = () => undefined as void;
  #begun = 0;

  reset(): void {
    this.#begun = 0;
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  watch(handler: DurableLambdaHandler): DurableLambdaHandler {
    return (event, context) => {
      if (++this.#begun > 1) this.#end();
      const running = handler(event, context);
      running.finally(this.#end).catch(() => undefined);
      return running;
    };
  }
}

function resetting({ beforeEach }: ExploreCrashesOptions, first: FirstInvocation): () => Promise<void> {
  return async () => {
    first.reset();
    await beforeEach?.();
  };
}

/** Handlers that are right, however they are crashed. */
export const correctHandlers: Readonly<Record<string, () => Scenario>> = {
  "values carried forward by steps": () =>
    scenario(async (context) => {
      let total = 0;
      for (const amount of [5, 2, 1]) {
        const before = total;
        total = await context.step(`add-${amount}`, async () => before + amount);
      }
      return total;
    }),
  "an idempotency key made in a step": () =>
    scenario(
      async (context, ledger) => {
        const idempotencyKey = await context.step("idempotencyKey", async () => randomUUID());
        return context.step("count", () => ledger.apply(idempotencyKey));
      },
      { stored: 1 },
      { normalize: (value) => (typeof value === "string" ? "an idempotency key" : value) },
    ),
  "an idempotency key from the execution's place": () =>
    scenario(
      (context, ledger) =>
        context.step("count", () => ledger.apply(context.executionContext.durableExecutionArn)),
      { stored: 1 },
    ),
  "a step that is retried": () =>
    scenario(
      (context, ledger) =>
        context.step(
          "count",
          async ({ attempt }) => {
            if (attempt < 2) throw new Error("not yet");
            return ledger.apply("t");
          },
          { retryStrategy: (_, attempt) => ({ shouldRetry: attempt < 2, delay: { seconds: 1 } }) },
        ),
      { stored: 1 },
    ),
  "a wait, a child and a refusal that is expected": () =>
    scenario(async (context) => {
      await context.wait("pause", { hours: 1 });
      const refused = await context
        .runInChildContext("child", (child) =>
          child.step("refuse", () => Promise.reject(new Error("no")), once),
        )
        .catch((error: unknown) => (error as Error).message);
      return refused;
    }),
  "a map of branches with keys of their own": () =>
    scenario(
      async (context, ledger) => {
        const counted = await context.map("count", ["a", "b", "c"], (branch, item) =>
          branch.step(`count-${item}`, () => ledger.apply(item)),
        );
        return counted.successCount;
      },
      { stored: 3 },
    ),
  "parallel branches that wait": () =>
    scenario(async (context) => {
      const both = await context.parallel("both", [
        async (branch) => {
          await branch.wait({ seconds: 5 });
          return branch.step("one", async () => 1);
        },
        (branch) => branch.step("two", async () => 2),
      ]);
      return both.getResults();
    }),
  "a callback, awaited": () =>
    scenario(
      (context) => context.waitForCallback("approval", async () => undefined),
      {},
      { callbacks: { approval: () => "yes" } },
    ),
  "a condition that is polled": () =>
    scenario((context) =>
      context.waitForCondition("grown", async (size: number) => size + 1, {
        initialState: 0,
        waitStrategy: (size) =>
          size < 3 ? { shouldContinue: true, delay: { minutes: 1 } } : { shouldContinue: false },
      }),
    ),
  "combinators over concurrent steps": () =>
    scenario(async (context) =>
      context.promise.all("all", [context.step("one", async () => 1), context.step("two", async () => 2)]),
    ),
};
