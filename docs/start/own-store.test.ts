import assert from "node:assert/strict";
import type { CounterOptions } from "@durable-counter/core";
import { counterStoreContract } from "@durable-counter/testing";
import { expect, test } from "vitest";
import { OwnStore } from "./own-store.ts";

/** The names of the rules that a store breaks. Your test passes vitest's own describe, test and expect. */
async function brokenRules(createStore: (options?: CounterOptions) => OwnStore): Promise<string[]> {
  const rules: (readonly [name: string, body: () => Promise<void>])[] = [];
  const runner = {
    describe: (_name: string, body: () => void) => body(),
    test: (name: string, body: () => Promise<void>) => rules.push([name, body]),
    expect: (actual: unknown) => ({ toEqual: (expected: unknown) => assert.deepEqual(actual, expected) }),
  };
  counterStoreContract(runner, createStore);
  const broken: string[] = [];
  for (const [name, body] of rules) await body().catch(() => broken.push(name));
  return broken;
}

test("the contract names what the store of the first page lacks: it keeps no idempotency keys", async () => {
  const broken = await brokenRules((options) => new OwnStore(options));
  expect(broken).toContain("a retry gets the first result, replayed, and counts nothing");
  expect(broken).not.toContain("commands run in order, and each result has the value before and after");
  expect(broken).not.toContain("the limits of a request replace those of the store, both of them");
});
