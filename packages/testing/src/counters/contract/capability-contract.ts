import type { CounterStore } from "@durable-counter/core";
import type { Contract, StoreCapability } from "./contract.ts";

const METHODS: Readonly<Record<StoreCapability, readonly (keyof CounterStore)[]>> = {
  holds: ["hold", "commit", "release", "held"],
  applyAll: ["applyAll"],
  getMany: ["getMany"],
  windows: ["apply"],
};

/** A store has the methods of the capabilities that it declares. */
export function capabilityContract(
  { test, expect, createStore }: Contract,
  capabilities: readonly StoreCapability[],
): void {
  test("the store has the methods of every capability that it declares", async () => {
    const store = await createStore();
    const missing = capabilities
      .flatMap((capability) => METHODS[capability])
      .filter((method) => typeof store[method] !== "function");
    expect(missing).toEqual([]);
    expect(!capabilities.includes("windows") || store.supportsWindows === true).toEqual(true);
  });
}
