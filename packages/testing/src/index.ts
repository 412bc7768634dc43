export { counterStoreContract } from "./stores/counter-store-contract.ts";
export type { ContractRunner, CreateStore } from "./stores/contract/contract.ts";
export { MemoryCounterStore } from "./stores/memory-counter-store.ts";
