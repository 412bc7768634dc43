import { increment, type CounterStore } from "@durable-counter/core";
import { codeOf, type Contract, type StoreCapability } from "./contract.ts";

const METHODS: Readonly<Record<StoreCapability, readonly (keyof CounterStore)[]>> = {
  holds: ["hold", "commit", "release", "held"],
  applyAll: ["applyAll"],
  getMany: ["getMany"],
  windows: ["apply"],
};

/** Whether a store has the methods of a capability. */
export function hasMethods(store: CounterStore, capability: StoreCapability): boolean {
  return METHODS[capability].every((method) => typeof store[method] === "function");
}

/** A store has the methods of the capabilities that it declares. */
export function capabilityContract(
  { test, expect, createStore }: Contract,
  capabilities: readonly StoreCapability[],
): void {
  test("the store has the methods of every capability that it declares", async () => {
    const store = await createStore();
    expect(capabilities.filter((capability) => !hasMethods(store, capability))).toEqual([]);
    expect(!capabilities.includes("windows") || store.supportsWindows === true).toEqual(true);
  });

  test("a call of a capability whose signal has aborted changes nothing, and is unavailable", async () => {
    const store = await createStore();
    await store.apply({ id: "a", commands: [increment(5)] });
    const holdId = (await store.hold?.({ id: "a", amount: 2, expiresIn: 60 }))?.holdId ?? "";
    const options = { signal: AbortSignal.abort() };
    const calls = [
      store.hold?.({ id: "a", amount: 1, expiresIn: 60 }, options),
      store.commit?.({ id: "a", holdId }, options),
      store.release?.({ id: "a", holdId }, options),
      store.held?.("a", options),
      store.applyAll?.({ entries: [{ id: "a", commands: [increment(1)] }] }, options),
      store.getMany?.(["a"], options),
    ];
    const codes = await Promise.all(calls.filter((call) => call !== undefined).map((call) => codeOf(call)));
    expect(codes).toEqual(codes.map(() => "unavailable"));
    expect([await store.get("a", { consistent: true }), (await store.held?.("a")) ?? 0]).toEqual(
      holdId === "" ? [5, 0] : [3, 2],
    );
  });
}
