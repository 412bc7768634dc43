import { batchLaws } from "./contract/batch-contract.ts";
import { concurrencyLaws } from "./contract/concurrency-contract.ts";
import type { ContractRunner, CreateStore } from "./contract/contract.ts";
import { inputLaws } from "./contract/input-contract.ts";
import { limitLaws } from "./contract/limit-contract.ts";
import { readingLaws } from "./contract/reading-contract.ts";
import { refusalLaws } from "./contract/refusal-contract.ts";
import { idempotencyLaws } from "./contract/idempotency-contract.ts";

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
  describe("a batch", () => batchLaws(contract));
  describe("limits and initial values", () => limitLaws(contract));
  describe("tokens", () => idempotencyLaws(contract));
  describe("refusals", () => refusalLaws(contract));
  describe("concurrent requests", () => concurrencyLaws(contract));
  describe("reading, listing and deleting", () => readingLaws(contract));
  describe("bad input", () => inputLaws(contract));
}
