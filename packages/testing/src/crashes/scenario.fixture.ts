import { setTimeout as sleep } from "node:timers/promises";
import {
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
export const once = { retryStrategy: () => ({ shouldRetry: false }) };

/** Builds a scenario; `value` is what must stand in the ledger, or its store, at the end. */
export function scenario(
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
