import { batchContract } from "./contract/batch-contract.ts";
import { concurrencyContract } from "./contract/concurrency-contract.ts";
import type { ContractRunner, CreateStore } from "./contract/contract.ts";
import { inputContract } from "./contract/input-contract.ts";
import { limitContract } from "./contract/limit-contract.ts";
import { readingContract } from "./contract/reading-contract.ts";
import { refusalContract } from "./contract/refusal-contract.ts";
import { idempotencyContract } from "./contract/idempotency-contract.ts";

/**
 * The contract of `CounterStore`. It registers one test per rule with the given runner. Every test asks `createStore`
 * for an empty store.
 *
 * @example
 * ```ts
 * import { describe, expect, test } from "vitest";
 *
 * counterStoreContract({ describe, test, expect }, (options) => new MemoryCounterStore(options));
 * ```
 */
export function counterStoreContract(runner: ContractRunner, createStore: CreateStore): void {
  const { describe, test, expect } = runner;
  const contract = { test, expect, createStore };
  describe("a batch", () => batchContract(contract));
  describe("limits and initial values", () => limitContract(contract));
  describe("idempotency keys", () => idempotencyContract(contract));
  describe("refusals", () => refusalContract(contract));
  describe("concurrent requests", () => concurrencyContract(contract));
  describe("reading, listing and deleting", () => readingContract(contract));
  describe("bad input", () => inputContract(contract));
}
