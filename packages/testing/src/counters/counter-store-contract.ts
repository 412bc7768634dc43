import { batchContract } from "./contract/batch-contract.ts";
import { concurrencyContract } from "./contract/concurrency-contract.ts";
import type { ContractRunner, CreateStore } from "./contract/contract.ts";
import { inputContract } from "./contract/input-contract.ts";
import { limitContract } from "./contract/limit-contract.ts";
import { readingContract } from "./contract/reading-contract.ts";
import { refusalContract } from "./contract/refusal-contract.ts";
import { idempotencyContract } from "./contract/idempotency-contract.ts";

/**
 * The laws of the port `CounterStore`: every adapter passes the same. Registers one test per law with the runner
 * that is passed in; each asks `createStore` for an empty store of its own.
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
  describe("tokens", () => idempotencyContract(contract));
  describe("refusals", () => refusalContract(contract));
  describe("concurrent requests", () => concurrencyContract(contract));
  describe("reading, listing and deleting", () => readingContract(contract));
  describe("bad input", () => inputContract(contract));
}
