import { randomUUID } from "node:crypto";
import { StepSemantics, type DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import type { ExploreCrashesOptions } from "./options.ts";
import { once, scenario, type Scenario } from "./scenario.fixture.ts";

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
