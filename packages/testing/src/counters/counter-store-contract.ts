import { applyAllContract } from "./contract/apply-all-contract.ts";
import { batchContract } from "./contract/batch-contract.ts";
import { concurrencyContract } from "./contract/concurrency-contract.ts";
import { capabilityContract } from "./contract/capability-contract.ts";
import type { ContractOptions, ContractRunner, CreateStore } from "./contract/contract.ts";
import { getManyContract } from "./contract/get-many-contract.ts";
import { holdContract } from "./contract/hold-placing-contract.ts";
import { holdEndContract } from "./contract/hold-end-contract.ts";
import { holdExpiryContract } from "./contract/hold-expiry-contract.ts";
import { inputContract } from "./contract/input-contract.ts";
import { limitContract } from "./contract/limit-contract.ts";
import { readingContract } from "./contract/reading-contract.ts";
import { refusalContract } from "./contract/refusal-contract.ts";
import { setContract } from "./contract/set-contract.ts";
import { windowCapabilitiesContract } from "./contract/window-capabilities-contract.ts";
import { windowContract } from "./contract/window-contract.ts";
import { windowedCounterContract } from "./contract/windowed-counter-contract.ts";
import { idempotencyContract } from "./contract/idempotency-contract.ts";

/**
 * The contract of `CounterStore`. It registers one test per rule with the given runner. Every test asks `createStore`
 * for an empty store. The rules of an optional capability are tested for a store that declares it.
 *
 * @example
 * ```ts
 * import { describe, expect, test } from "vitest";
 *
 * counterStoreContract({ describe, test, expect }, (options) => new MemoryCounterStore(options));
 * ```
 */
export function counterStoreContract(
  runner: ContractRunner,
  createStore: CreateStore,
  { capabilities = [], advanceTime = inRealTime }: ContractOptions = {},
): void {
  const { describe, test, expect } = runner;
  const contract = { test, expect, createStore };
  describe("a batch", () => batchContract(contract));
  describe("setting a value", () => setContract(contract));
  describe("limits and initial values", () => limitContract(contract));
  describe("idempotency keys", () => idempotencyContract(contract));
  describe("refusals", () => refusalContract(contract));
  describe("concurrent requests", () => concurrencyContract(contract));
  describe("reading, listing and deleting", () => readingContract(contract));
  describe("bad input", () => inputContract(contract));
  if (capabilities.includes("getMany")) describe("reading many counters", () => getManyContract(contract));
  if (capabilities.includes("windows")) {
    describe("windows", () => windowContract(contract));
    describe("counters with windows", () => windowedCounterContract(contract));
    describe("capabilities with windows", () => windowCapabilitiesContract(contract, capabilities));
  }
  if (capabilities.length > 0) describe("capabilities", () => capabilityContract(contract, capabilities));
  if (capabilities.includes("applyAll")) describe("several counters", () => applyAllContract(contract));
  if (capabilities.includes("holds")) {
    describe("holds", () => {
      holdContract(contract);
      holdEndContract(contract);
      holdExpiryContract(contract, advanceTime);
    });
  }
}

function inRealTime(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
